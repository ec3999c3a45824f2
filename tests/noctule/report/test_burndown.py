"""The drawn budget follows the ledger: what was spent, what is ahead, and when a refit is refused."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from noctule.contract import Contract
from noctule.ledger.book import Ledger
from noctule.ledger.entry import Reservation
from noctule.report.burndown import HEIGHT, LEFT, RIGHT, TOP, WIDTH, burn_down

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def line(drawing: str, kind: str) -> list[tuple[float, float]]:
    (points,) = re.findall(rf'<path d="M([^"]*)" class="spent year {kind}"/>', drawing)
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", points)]


def test_the_line_steps_where_the_ledger_was_charged(
    contract: Contract, ledger: Ledger, reservation: Reservation
) -> None:
    drawing, _ = burn_down(ledger.entries(), contract, NOW)
    done, ahead = line(drawing, "done"), line(drawing, "ahead")
    assert done[0][1] == TOP + HEIGHT > done[-1][1]  # nothing was spent 60 days ago
    days = (60 - 3) / (60 + 365)  # the one charge is of three days ago; the line steps within a day of it
    step = next(x for (x, y), (_, after) in pairwise(done) if after < y)
    assert step == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) * days, abs=1.5)
    assert done[-1] == ahead[0]


def test_it_says_when_a_refit_is_refused(contract: Contract, ledger: Ledger, reservation: Reservation) -> None:
    """Weekly at epsilon 1, under a cap of 3 a year: nine or so are granted."""
    weekly = contract.model_copy(update={"refresh": contract.refresh.model_copy(update={"refit": "weekly"})})
    drawing, words = burn_down(ledger.entries(), weekly, NOW)
    (said,) = re.findall(r"A refit is refused on (\S+)\.", words)
    assert NOW < datetime.fromisoformat(said).replace(tzinfo=UTC) < NOW + timedelta(days=120)
    assert "cap 3 per year" in drawing and "population testers" in words
    on_call = contract.model_copy(update={"refresh": contract.refresh.model_copy(update={"refit": "on_new_version"})})
    assert "No calendar tells its refits; at most" in burn_down(ledger.entries(), on_call, NOW)[1]
