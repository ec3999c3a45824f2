"""The tables of the benchmark, and the public domain that every system is given."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import tables
from noctule.contract.columns import BooleanColumn, CategoryColumn, DerivedColumn, NumericColumn, TimeColumn
from noctule.contract.load import load

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
REAL = {"adult": ("income",), "nist": ("OWN_RENT", "SEX")}
MADE = {"claims": ("approved",), "survey": ("voted", "party"), "sensors": ("state",)}
LARGE = {"adult_1m": ("adult", 1_000_000)}
NAMES = (*REAL, *MADE, *LARGE)


@dataclass(frozen=True)
class Input:
    """`judged`: the file whose marginals count (for an enlarged table, the one it was drawn from)."""

    name: str
    train: Path
    judged: Path
    test: Path
    contract: Path
    targets: tuple[str, ...]


def find(name: str, work: Path) -> Input:
    """The table `name`; made and enlarged ones are written below `work` once. Raises FileNotFoundError, ValueError."""
    if name in LARGE:
        smaller, rows = LARGE[name]
        base = find(smaller, work)
        return Input(
            name, _enlarged(base.train, rows, work / f"{name}.csv"), base.judged, base.test, base.contract, base.targets
        )
    if name in REAL:
        train, test = (SHARED / "data" / f"{name}_{part}.csv" for part in ("train", "test"))
        if not train.exists():
            raise FileNotFoundError(f"{train} is not here: real tables are not shipped with noctule")
        return Input(name, train, train, test, ROOT / "examples" / f"{name}.yaml", REAL[name])
    if name not in MADE:
        raise ValueError(f"there is no table {name!r}: use {', '.join(NAMES)}")
    if not (work / f"{name}.yaml").exists():
        tables.write(work, name)
    train, test = (work / f"{name}_{part}.csv" for part in ("train", "test"))
    return Input(name, train, train, test, work / f"{name}.yaml", MADE[name])


def rows_of(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def domain(contract: Path) -> list[dict[str, Any]]:
    """The contract's columns for systems that know no contract: text lists and bounds. Derived ones are categories."""
    return [_column(column) for column in load(contract).columns]


def _column(column: Any) -> dict[str, Any]:
    match column:
        case CategoryColumn():
            return _category(column.name, column.categories)
        case BooleanColumn():
            return _category(column.name, ("false", "true"))
        case DerivedColumn():
            return _category(column.name, dict.fromkeys(column.map.values()))
        case NumericColumn():
            integer = column.type == "integer"
            low, high = column.bounds
            step = column.step or (1 if integer else None)
            values = int((high - low) / step) + 1 if step else 101
            bins = column.bins or (values if values <= 100 else 32)
            gaps = [*column.special, *([""] if column.nullable else [])]
            return _number(column.name, low, high, integer=integer, step=step, bins=bins, gaps=gaps)
        case TimeColumn(type="date"):
            first, last = column.bounds
            days = (last - first).days
            bins = column.bins or (days + 1 if days < 100 else 32)
            numbers = _number(column.name, 0, days, integer=True, step=1, bins=bins, gaps=[])
            return numbers | {"kind": "date", "first": str(first)}
        case _:
            raise ValueError(f"the benchmark has no rule for column {column.name!r}")


def _number(name: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "number", "low": low, "high": high} | more


def _category(name: str, values: Any) -> dict[str, Any]:
    return {"name": name, "kind": "category", "values": [str(value) for value in values]}


def _enlarged(train: Path, rows: int, out: Path) -> Path:
    """`rows` rows drawn with replacement from `train`."""
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        header, *lines = train.read_bytes().splitlines(keepends=True)
        drawn = np.random.default_rng(0).integers(len(lines), size=rows)
        partial = out.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(header)
            file.writelines(lines[row] for row in drawn)
        partial.rename(out)
    return out
