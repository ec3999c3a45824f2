"""A ledger, a clock that a test moves, and one slot of budget to fill it with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noctule.contract.model import Cap
from noctule.ledger import Ledger, Reservation

DELTA = 1e-6
YEARLY, FOREVER = Cap(epsilon=3.0, per="year"), Cap(epsilon=3.0, per="lifetime")

Reserve = Callable[..., Reservation]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state" / "ledger.db", now=clock, busy_seconds=5)


@pytest.fixture
def reserve(ledger: Ledger) -> Reserve:
    """Reserve with everything but what the test is about filled in."""

    def make(nano_rho: int = 1_000_000, *, on: Ledger = ledger, key: str = "k", **given: object) -> Reservation:
        words: dict = {"population": "hospital-a", "dataset": "patients", "event": {}, "cap": YEARLY, "delta": DELTA}
        return on.reserve(key=key, nano_rho=nano_rho, **(words | given))

    return make
