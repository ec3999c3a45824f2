"""Whole nights in a folder of their own, from a file under a contract to a staged release, with canaries as units.

A canary is a person of MANY rows, all alike, under a contract that keeps one: it may move a cell by one row.
Beside it stand strings that must stay in the vault: keys, names, and a category that is not in the contract.
"""

import csv
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from noctule.arrow import is_text
from noctule.audit.bounds import Trials
from noctule.audit.canaries import coins
from noctule.audit.worst_case import Bits, Cells
from noctule.checks.verdict import inspect
from noctule.contract import Contract
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.night import Night
from noctule.refresh import Synthesis, synthesize, take_snapshot
from noctule.release.stage import stage

MANY = 40  # rows of a canary
TABLE = Cells(canaries=24, max_rows=1)
MARK = "CanaryOfTheAudit"  # begins every string that must not come out; long, since arrays hold chance bytes


@dataclass(frozen=True)
class Nights:
    """`trials`: of the canaries; `escaped`: files outside the vault that hold one of the strings; `foreign`: columns
    of a release that hold a value the contract does not declare."""

    trials: Trials
    escaped: list[str]
    foreign: list[str]


def nights(engine: str, *, epsilon: float, delta: float, runs: int) -> Nights:
    """`runs` nights, each in a new temporary home with a ledger of its own."""
    contract = _contract(engine, epsilon, delta)
    present: list[Bits] = []
    scores: list[Any] = []
    escaped: set[str] = set()
    foreign: set[str] = set()
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="noctule-audit-") as folder:
            inside, root = coins(TABLE.canaries), Path(folder)
            _write(root / "audit.csv", inside)
            done, staged = _night(contract, root)
            present.append(inside)
            scores.append(TABLE.scores(done.bundle.model))
            escaped.update(_holding(MARK.encode(), root / "state"))
            foreign.update(_undeclared(staged))
    return Nights(Trials(np.array(present), np.array(scores)), sorted(escaped), sorted(foreign))


def _contract(engine: str, epsilon: float, delta: float) -> Contract:
    return Contract.model_validate(
        {
            "name": "audit",
            "population": "nobody",
            "source": {"kind": "csv", "path": "audit.csv"},
            "unit": {"column": "person", "max_rows": TABLE.max_rows},
            "columns": [
                {"name": "person", "role": "identifier"},
                {"name": "remark", "role": "pii", "pii": "other"},
                *(
                    {"name": name, "type": "category", "categories": _categories(name), "other": True}
                    for name in TABLE.attributes
                ),
            ],
            "privacy": {"epsilon": epsilon, "delta": delta, "cap": {"epsilon": 2 * epsilon, "per": "lifetime"}},
            "engine": {"name": engine},
        }
    )


def _categories(name: str) -> list[str]:
    return [f"{name}{code:02d}" for code in range(TABLE.canaries)]


def _write(path: Path, present: Bits) -> None:
    """Everybody has one row, a canary MANY; one more person holds categories that nobody declared."""
    rows: list[list[str]] = []
    for code in range(TABLE.canaries):
        held = [f"{name}{code:02d}" for name in TABLE.attributes]
        rows += [[_string(), _string(), *held] for _ in range(TABLE.rows)]
        rows += [[f"{MARK}canary{code}", _string(), *held] for _ in range(MANY if present[code] else 0)]
    rows.append([_string(), _string(), *(_string() for _ in TABLE.attributes)])
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["person", "remark", *TABLE.attributes], *rows])


def _string() -> str:
    return MARK + secrets.token_hex(8)


def _night(contract: Contract, root: Path) -> tuple[Synthesis, Path]:
    """As a night of the chain goes, up to the staged release."""
    home = Home(root / "state")
    ledger = Ledger(home.root / "ledger.db")
    snapshot = take_snapshot(contract, home, ledger, root)
    inspect(contract, snapshot, home)
    by_hand = Night("2026-01-01", "audit", "refit", "an audit", snapshot=snapshot.id)
    done = synthesize(contract, by_hand, snapshot, home, ledger)
    return done, stage(done.bundle, round(done.bundle.model.total), 1, home.staging / "audit")


def _holding(mark: bytes, state: Path) -> list[str]:
    """Files outside the vault that hold the mark, by name."""
    files = [path for path in state.rglob("*") if path.is_file() and state / "vault" not in path.parents]
    return [str(path.relative_to(state)) for path in files if mark in path.read_bytes()]


def _undeclared(staged: Path) -> list[str]:
    """Columns of the release with a value that their contract does not declare, or that is one of the strings."""
    table = pq.read_table(staged)
    allowed = {name: {*_categories(name), "other"} for name in TABLE.attributes}
    found = [name for name in TABLE.attributes if not allowed[name].issuperset(table[name].unique().to_pylist())]
    texts = [name for name in table.column_names if name not in allowed and is_text(table.schema.field(name).type)]
    return found + [name for name in texts if any(MARK in str(value) for value in table[name].unique().to_pylist())]
