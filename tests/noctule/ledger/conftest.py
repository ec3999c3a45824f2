"""A ledger in either database, a clock that a test moves, and one slot of budget to fill it with."""

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from noctule.contract import Contract
from noctule.contract.model import Cap
from noctule.ledger import Ledger, Reservation
from tests.contracts import contract_of

DELTA = 1e-6
YEARLY, FOREVER = Cap(epsilon=3.0, per="year"), Cap(epsilon=3.0, per="lifetime")
SERVER = os.environ.get("NOCTULE_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")

Reserve = Callable[..., Reservation]
Place = Path | str


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@lru_cache
def contract(
    population: str = "hospital-a",
    dataset: str = "patients",
    cap: Cap | tuple[Cap, ...] = YEARLY,
    delta: float = DELTA,
    epsilon: float = 1.0,
) -> Contract:
    caps = [one.model_dump() for one in (cap if isinstance(cap, tuple) else (cap,))]
    return contract_of(
        [{"name": "age", "type": "integer", "bounds": [0, 110]}],
        name=dataset,
        population=population,
        privacy={"epsilon": epsilon, "delta": delta, "cap": caps},
    )


def zcdp(nano_rho: int) -> dict[str, object]:
    return {"name": "ZCDpEvent", "rho": nano_rho / 1e9}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """URL of a database of this session's own, dropped at its end."""
    psycopg = pytest.importorskip("psycopg")
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL answers at NOCTULE_TEST_POSTGRES (default: the local server, database test)")
    name = f"noctule_{secrets.token_hex(6)}"
    server.execute(f"CREATE DATABASE {name}")
    yield f"{SERVER.rpartition('/')[0]}/{name}"
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@pytest.fixture
def schema(database: str) -> str:
    """URL of an empty schema: one database serves all tests of a session."""
    import psycopg

    name = f"s_{secrets.token_hex(6)}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{database}?options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where nothing was ever made yet."""
    if request.param == "sqlite":
        return tmp_path / "state" / "ledger.db"
    return request.getfixturevalue("schema")


@pytest.fixture
def ledger(place: Place, clock: Clock) -> Ledger:
    return Ledger(place, now=clock, busy_seconds=5)


@pytest.fixture
def reserve(clock: Clock) -> Reserve:
    return reserving(clock)


def reserving(clock: Clock) -> Reserve:
    """Reserve with everything but what the test is about filled in.

    A cap or delta that is given is approved first, and so is the clock, so that a test may change them as it likes.
    """

    def make(
        on: Ledger,
        nano_rho: int = 1_000_000,
        *,
        key: str = "k",
        event: dict | None = None,
        atto_delta: int = 0,
        **terms: object,
    ) -> Reservation:
        under = contract(**terms)  # type: ignore[arg-type]
        entries = on.entries()
        if entries and clock.now - entries[-1].when > timedelta(days=35):
            on.resume(who="tester", why="time passes")
        if set(terms) - {"population", "dataset"}:
            on.approve(under, who="tester", why="a test")
        paid = zcdp(nano_rho) if event is None else event
        return on.reserve(under, key=key, event=paid, nano_rho=nano_rho, atto_delta=atto_delta)

    return make
