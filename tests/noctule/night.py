"""One night of a tiny table, as a process that can be killed: `python night.py STATE ROOT STOP_AT [on_drift]`.

Such a process runs in the night of MONDAY.
"""

import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import noctule.refresh as refresh
from noctule.checks.verdict import inspect
from noctule.contract import Contract
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.night import begin

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CONTRACT = Contract.model_validate(
    {
        "name": "tiny",
        "population": "testers",
        "source": {"kind": "csv", "path": "tiny.csv"},
        "unit": "row",
        "columns": [
            {"name": "a", "type": "category", "categories": ["x", "y"]},
            {"name": "b", "type": "integer", "bounds": [0, 3]},
        ],
        "privacy": {"epsilon": 1.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "lifetime"}},
        "engine": {"name": "mst"},
    }
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stop_at(boundary: str) -> None:
    """Arrange to be killed at one boundary of (answer) -> reserve -> read -> fit -> store -> commit."""
    if boundary == "answered":
        Ledger.reserve = lambda *_, **__: die()  # type: ignore[method-assign, assignment]
    elif boundary == "reserved":
        reserve = Ledger.reserve

        def reserve_and_die(*words: object, **named: object) -> object:
            reserve(*words, **named)  # type: ignore[arg-type]
            die()

        Ledger.reserve = reserve_and_die  # type: ignore[method-assign, assignment]
    elif boundary == "fitted":
        refresh.bundles.write = lambda *_: die()  # type: ignore[assignment]
    elif boundary == "stored":
        Ledger.commit = lambda *_: die()  # type: ignore[method-assign, assignment]


def refitting(refit: str, **more: Any) -> Contract:
    """The contract with another refresh policy."""
    return Contract.model_validate(CONTRACT.model_dump(by_alias=True) | {"refresh": {"refit": refit, **more}})


def night(state: Path, root: Path, moment: datetime = MONDAY, contract: Contract = CONTRACT) -> refresh.Synthesis:
    """As the chain of assets goes through it; a skip that is known at the start ends in an AssertionError."""
    home, ledger = Home(state), Ledger(state / "ledger.db")
    begun = begin(contract, home, ledger, moment)
    assert begun.action != "skip"
    snapshot = None
    if begun.reads:
        snapshot = refresh.take_snapshot(contract, home, ledger, root, refits=begun.action == "refit")
        begun = replace(begun, snapshot=snapshot.id)
        inspect(contract, snapshot, home)
    return refresh.synthesize(contract, begun, snapshot, home, ledger)


DRIFTING = refitting("on_drift", drift=0.3)

if __name__ == "__main__":
    stop_at(sys.argv[3])
    night(Path(sys.argv[1]), Path(sys.argv[2]), contract=DRIFTING if sys.argv[4:] == ["on_drift"] else CONTRACT)
