"""A small but real bundle with every kind of column, its staged rows, and the arguments of a publication."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from noctule.cli import cli
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.engines.model import Grouping, Measurement, Model, Step
from noctule.home import Home
from noctule.ingest.reads import COVER
from noctule.ledger.book import Ledger
from noctule.ledger.entry import Reservation
from noctule.mechanisms.probe import PRIMITIVES
from noctule.release.publish import publish
from noctule.release.stage import stage
from noctule.release.trust import trust

COLUMNS: list[dict[str, Any]] = [
    {"name": "row", "role": "identifier", "release": "surrogate"},
    {"name": "person", "role": "identifier"},
    {"name": "full_name", "role": "pii", "pii": "person_name", "release": "fake", "locale": "de_DE"},
    {"name": "phone", "role": "pii", "pii": "phone", "release": "drop"},
    {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 11, "arrow": "int32", "unit": "years",
     "description": "Years | at entry"},
    {"name": "weight", "type": "number", "bounds": [30, 200], "bins": 17, "nullable": True},
    {"name": "pressure", "type": "text", "format": "{high}/{low}",
     "parts": {"high": {"type": "integer", "bounds": [60, 240], "bins": 9},
               "low": {"type": "integer", "bounds": [30, 150], "bins": 6}}},
    {"name": "drug", "type": "category", "categories": ["Lisinopril", "Amlo, dipine", "none"], "nullable": True,
     "arrow": "dictionary<int32, string>"},
    {"name": "drug_code", "from": "drug", "map": {"Lisinopril": 1, "Amlo, dipine": 2, "none": 0}, "nullable": True},
    {"name": "day", "type": "date", "bounds": ["2020-01-01", "2024-12-31"], "bins": 12},
    {"name": "seen", "type": "datetime", "bounds": ["2020-01-01T00:00:00", "2024-12-31T00:00:00"], "bins": 12,
     "arrow": "timestamp[us, UTC]"},
    {"name": "back", "type": "boolean", "target": True},
]  # fmt: skip


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(
        COLUMNS,
        title="Sample of everything",
        unit={"column": "person", "max_rows": 2},
        gates={"max_tvd2": 0.1},
        release={"keep": 2},
    )


def _bundle_of(contract: Contract, receipt: dict[str, Any]) -> Bundle:
    """A real model over the contract's domain: every attribute given the one before it, by random tables."""
    rng = np.random.default_rng(7)
    steps: list[Step] = []
    domain = Codec(contract).domain
    for name, size in domain.items():
        parents = (steps[-1].attribute,) if steps else ()
        table = rng.dirichlet(np.ones(size), size=[domain[parent] for parent in parents] or None)
        steps.append(Step(name, parents, table))
    model = Model(domain, 500.0, tuple(steps), {name: Grouping.identity(size) for name, size in domain.items()})
    return Bundle(contract, model, receipt)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db", now=lambda: datetime(2026, 11, 20, 2, 30, tzinfo=UTC))


@pytest.fixture
def reservation(contract: Contract, ledger: Ledger) -> Reservation:
    """What paid for the model of `receipt`, committed."""
    event = {"name": "ZCDpEvent", "rho": 0.015}
    made = ledger.reserve(contract, key="k", event=event, nano_rho=15_000_000)
    ledger.commit(made, {"bundle": "k"})
    return made


def line(step: str, reservation: str | None = None) -> dict[str, Any]:
    """Of a journal of reads."""
    return {
        "step": step,
        "cover": COVER[step],
        "columns": ["age", "drug"],
        "reservation": reservation,
        "day": "2026-11-20",
    }


@pytest.fixture
def receipt(reservation: Reservation) -> dict[str, Any]:
    return {
        "dataset": "sample",
        "population": "testers",
        "unit": {"column": "person", "max_rows": 2},
        "engine": "mst",
        "epsilon": 1.0,
        "delta": 1e-6,
        "rho": 0.015,
        "nano_rho": 15_000_000,
        "approximate_delta": 0.0,
        "key": "k",
        "ledger_head": reservation.anchor,
        "score": {"tvd2": 0.05, "error95": 0.01, "workload": "all pairs"},
        "draws": [{"mechanism": "discrete_gaussian", "sensitivity": 2.0, "scale": (4 / 0.03) ** 0.5, "rho": 0.015}],
        "noise_source": {"library": "opendp", "version": "0.14.2", "probe": dict.fromkeys(PRIMITIVES, "ab" * 32)},
        "reads": [line("ingest"), line("checks"), line("pii"), line("fit", reservation.anchor)],
        "code": "c0" * 32,
    }


@pytest.fixture
def make_bundle(receipt: dict[str, Any]) -> Callable[[Contract], Bundle]:
    return lambda contract: _bundle_of(contract, receipt)


@pytest.fixture
def bundle(contract: Contract, make_bundle: Callable[[Contract], Bundle]) -> Bundle:
    return make_bundle(contract)


@pytest.fixture
def measured(bundle: Bundle) -> Bundle:
    """The bundle with noisy counts of every attribute, of one pair and of one table of three."""
    rng = np.random.default_rng(1)
    domain = bundle.model.domain

    def noisy(*clique: str, fine: bool) -> Measurement:
        sizes = [domain[name] for name in clique]
        return Measurement(clique, rng.integers(-5, 2 * 500 // int(np.prod(sizes)) + 5, sizes), 6.0, fine)

    tables = [noisy(name, fine=True) for name in domain]
    tables += [noisy("age", "drug", fine=False), noisy("drug", "back", "pressure.low", fine=False)]
    return replace(bundle, model=replace(bundle.model, measurements=tuple(tables)))


@pytest.fixture
def staged(bundle: Bundle, tmp_path: Path) -> Path:
    return stage(bundle, rows=500, seed=3, folder=tmp_path / "staged")


@pytest.fixture
def terms(ledger: Ledger, reservation: Reservation) -> dict[str, Any]:
    """Keyword arguments of `publish` for one release."""
    return {
        "release_id": "20261123T023000Z-0123abcd",
        "reads": [line("evaluation")],
        "book": ledger.entries(),
        "audit": None,
    }


@pytest.fixture
def key_pair(tmp_path: Path) -> tuple[Path, Path]:
    """A signing key and its public half, as PEM files."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "signing.pem", tmp_path / "public.pem"
    private.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    private.chmod(0o600)
    spki = form.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(form.Encoding.PEM, spki))
    return private, public


@pytest.fixture
def published(
    contract: Contract,
    home: Home,
    measured: Bundle,
    staged: Path,
    receipt: dict[str, Any],
    terms: dict[str, Any],
    key_pair: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The folder of a signed release in `home`, which is the state folder of the commands, too."""
    monkeypatch.setenv("NOCTULE_HOME", str(home.root))
    monkeypatch.delenv("NOCTULE_LEDGER", raising=False)
    monkeypatch.setenv("NOCTULE_SIGNING_KEY", str(key_pair[0]))
    return publish(contract, home, staged, receipt, 1.0, **terms, trusted=trust(measured, staged))


@pytest.fixture
def noctule() -> Callable[..., Result]:
    """The command line, in this process; its own errors are raised."""

    def run(*words: str) -> Result:
        done = CliRunner().invoke(cli, words)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run
