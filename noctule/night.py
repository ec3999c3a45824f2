"""A night before it begins: what it does and why, settled once, at its start, from public facts.

Docs: guarantee.md, "Nights without a refit".
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from noctule import drift
from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.models import charged, fit_key, stored_model, turn
from noctule.period import date_of, next_refit, period_of
from noctule.release.latest import released
from noctule.sealed import sealed


@dataclass(frozen=True)
class Night:
    """What one night does and why, in public words; made once, at its start, and handed from step to step.

    So a chain that passes midnight stays in one period and pays once. `date`: local, of the start; `period`: what one
    charge buys a model for; `next_refit`: the first date of the next one, where a calendar knows it; `snapshot`: id of
    tonight's rows or, on a night that reads none, of those that the standing model was fitted on; empty until known.
    """

    date: str
    period: str
    action: Literal["refit", "test", "resample", "skip"]  # test: the drift test will tell whether it refits
    why: str
    next_refit: str | None = None
    snapshot: str = ""

    @property
    def reads(self) -> bool:
        """Whether the night opens the source: only where it may refit, so that nothing else can hang on the rows."""
        return self.action in ("refit", "test")


@sealed
def begin(contract: Contract, home: Home, ledger: Ledger, moment: datetime) -> Night:
    """Settle what the night that starts at `moment` does. No row is read, and nothing hangs on the rows.

    A period whose model is stored and paid for never refits, whatever the source holds by now; under `on_drift`, not
    before the paid test has said so. Raises ApprovalError, LedgerError.
    """
    ledger.require_approved(contract)
    ledger.tick()  # on nights that the cap refuses, too: the silence of a clock that leapt is another one
    refresh = contract.refresh
    date, period, upcoming = date_of(refresh, moment), period_of(refresh, moment), next_refit(refresh, moment)
    if refresh.refit == "on_drift":
        period = f"{period} {newest(contract, ledger)}"
    with turn(contract, home):
        stored = stored_model(contract, period, home, ledger)
    night = Night(str(date), period, "refit", _due(contract, period, ledger), upcoming and str(upcoming))
    if stored is None:
        return night
    return watched(contract, night, home) if refresh.refit == "on_drift" else free(contract, night, stored, home)


def _due(contract: Contract, period: str, ledger: Ledger) -> str:
    """Why a period without a stored model refits; every reason is public."""
    if charged(contract, period, ledger):
        return f"the model of {period} was lost, damaged or not finished"
    bought = (entry for entry in ledger.entries() if entry.kind == "commit" and entry.dataset == contract.name)
    if any(entry.detail.get("period") == period for entry in bought):
        return f"the contract changed in {period}"
    return f"first run of {period}"


def free(contract: Contract, night: Night, stored: Bundle, home: Home) -> Night:
    """The night as it goes on with a stored model. A model of which nothing was released is sampled in any case."""
    skip = contract.refresh.between == "skip" and released(home, contract.name, stored.receipt["key"])
    action = "skip" if skip else "resample"
    if night.action == "test":
        return replace(night, action=action, why="drift test: no")
    return replace(night, action=action, why=f"the model of {night.period} stands", snapshot=stored.receipt["snapshot"])


def newest(contract: Contract, ledger: Ledger) -> int:
    """The number of the newest model charged under `on_drift`, 1 before the first.

    The ledger tells it, so that a watch which comes back from a backup, without its yes, is not asked again.
    """
    number = 1
    while charged(contract, f"watch {number + 1}", ledger):
        number += 1
    return number


def watched(contract: Contract, night: Night, home: Home) -> Night:
    """A night whose model is stored: to be tested while the watch over it stands, else due for the next model.

    A watch that was lost, damaged or ended by a yes answers nothing more; its model is succeeded, for a charge.
    """
    watch = drift.read(watch_file(contract, home, night.period))
    if watch is None:
        return succeeded(night, "the watch over the model was lost or damaged")
    if watch.ended:
        return succeeded(night, f"drift test: yes on {watch.ended}")
    return replace(night, action="test", why="drift test")


def succeeded(night: Night, why: str) -> Night:
    number = int(night.period.removeprefix("watch "))
    return replace(night, action="refit", period=f"watch {number + 1}", why=why)


def watch_file(contract: Contract, home: Home, period: str) -> Path:
    return home.vault / "watches" / contract.name / f"{fit_key(contract, period)}.json"
