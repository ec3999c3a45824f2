"""The picture: its sums are the ledger's own, and it stays small."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from noctule.contract.model import Cap
from noctule.ledger import Ledger
from noctule.ledger.balance import YEAR, charges
from noctule.ledger.burndown import Counted, burn_down_png, spent
from noctule.ledger.forecast import forecast
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, FOREVER, YEARLY, Clock, Reserve, contract

NIGHT = rho_of(0.5, DELTA)
DP_SGD = {"name": "PoissonSampledDpEvent", "sampling_probability": 0.01,
          "event": {"name": "GaussianDpEvent", "noise_multiplier": 1.5}}  # fmt: skip


@pytest.mark.parametrize("per", ["year", "lifetime"])
def test_the_curve_is_what_the_balances_say(ledger: Ledger, reserve: Reserve, clock: Clock, per: str) -> None:
    """On the days between charges of any kind, as they come and as they leave the window."""
    start, cap = clock.now, Cap(epsilon=30.0, per=per)  # type: ignore[arg-type]
    moments, shown = [], []
    for month in range(20):
        if month in (0, 1, 2, 5):
            event = DP_SGD if month == 5 else None
            reserve(ledger, 0 if event else NIGHT, cap=cap, event=event, atto_delta=10**9 * (month == 2))
        clock.forward(days=28)
        moments.append(clock.now)
        shown.append(ledger.balances(contract(cap=cap))[0].epsilon_spent)
        clock.forward(days=1)
    entries, _ = ledger.sound()
    known = charges(entries, "hospital-a", "lifetime", clock.now)
    assert spent(known, Counted(per, DELTA), moments) == pytest.approx(shown, rel=1e-12)  # type: ignore[arg-type]
    assert moments[-1] - start > YEAR + timedelta(days=150)


@pytest.mark.parametrize("populations", [0, 1, 3])
def test_a_panel_a_population(tmp_path: Path, populations: int) -> None:
    from PIL import Image

    clock = Clock()
    ledger = Ledger(tmp_path / "ledger.db", now=clock)
    made = [contract(f"p{number}", f"d{number}", (YEARLY, FOREVER)) for number in range(populations)]
    for one in made:
        ledger.reserve(one, key="k", event={"name": "ZCDpEvent", "rho": NIGHT / 1e9}, nano_rho=NIGHT)
    entries, now = ledger.sound()
    picture = burn_down_png(entries, made, forecast(entries, made, now))
    assert len(picture) < 60_000
    width, height = Image.open(io.BytesIO(picture)).size
    assert (width, height) == (940, 35 + 260 * max(populations, 1))
