"""What a published release tells of a column: rounded statistics, and a few made-up values.

The release is synthetic and has passed its gate, so all of this is post-processing of what was paid for (Dwork and Roth
2014, proposition 2.1): it costs no epsilon, and no raw row is opened.
"""

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import (
    LLM_LEVELS,
    BooleanColumn,
    CategoryColumn,
    Column,
    NumericColumn,
    TimeColumn,
    as_text,
)
from noctule.home import Home
from noctule.release.datapackage import promise, promises
from noctule.release.latest import latest
from noctule.release.layout import DATA, POINTER
from noctule.release.verify import verify

log = logging.getLogger(__name__)

ROWS = 20_000  # of the release are looked at, the first ones
SAMPLES = 5
LONGEST = 40  # characters of a sample
COMMON = 3  # values whose share is told

Told = NumericColumn | CategoryColumn | BooleanColumn | TimeColumn


class Released(NamedTuple):
    """Short texts on one column, and values of its own, apart from any row."""

    statistics: tuple[str, ...]
    samples: tuple[str, ...]


def tellable(contract: Contract, column: Column) -> bool:
    """Whether a release may tell of this column: at its level, and of a kind whose values are of a stated domain.

    Never of identifiers, persons or free text, of what is bought or derived, nor of a draft that nobody reviewed.
    """
    high = LLM_LEVELS.index(contract.llm_level(column)) >= LLM_LEVELS.index("dp_stats")
    return high and isinstance(column, Told) and column.domain_source in ("public", "codebook")


def released_facts(home: Home, contract: Contract) -> dict[str, Released]:
    """Column -> what the newest release tells of it; nothing without a release that verifies.

    A column that was released under another type, unit or domain is another column, and nothing is told of it.
    """
    columns = [column for column in contract.columns if tellable(contract, column)]
    if not columns or (folder := _sound_release(home, contract.name)) is None:
        return {}
    kept = {column.name: column for column in _unchanged(columns, folder)}
    batch = next(pq.ParquetFile(folder / DATA).iter_batches(ROWS, columns=list(kept)), None) if kept else None
    if batch is None:
        return {}
    table = pa.Table.from_batches([batch])
    return {name: _told(column, table[name], folder.name) for name, column in kept.items()}


def _sound_release(home: Home, dataset: str) -> Path | None:
    """The folder of the newest release. A bad one is logged: no night stops for a description."""
    try:
        file = latest(home, dataset)
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("no release of %s is told of: %s cannot be read", dataset, POINTER)
        return None
    if file is None:
        return None
    folder = file.parents[1]
    if problems := verify(folder):
        log.warning("release %s is not told of: %d problems; see noctule verify", folder.name, len(problems))
        return None
    return folder


def _unchanged(columns: Iterable[Column], folder: Path) -> list[Column]:
    """Those of which the release says what the contract says now."""
    then, schema = promises(folder), pq.read_schema(folder / DATA)
    return [
        column
        for column in columns
        if then.get(column.name) == promise(column, arrow_type(column))
        and _unit(schema, column.name) == getattr(column, "unit", "")
    ]


def _unit(schema: pa.Schema, column: str) -> str:
    return (schema.field(column).metadata or {}).get(b"unit", b"").decode()


def _told(column: Column, values: pa.ChunkedArray, release: str) -> Released:
    """Statistics and samples; the release's id decides which samples, so that a second look sees the same."""
    present = [value for value in values.to_pylist() if value is not None]
    if not present:
        return Released((), ())
    statistics = _STATISTICS[type(column)](column, present)
    if share := round(100 * (1 - len(present) / len(values))):
        statistics += (f"empty in about {share} % of rows",)
    texts = sorted({str(as_text(value))[:LONGEST] for value in _of_the_domain(column, present)})
    drawn = random.Random(json.dumps([release, column.name])).sample(texts, min(SAMPLES, len(texts)))
    return Released(statistics, tuple(drawn))


def _of_the_domain(column: Column, values: list[Any]) -> list[Any]:
    """Without what the contract does not state: the word for all other categories, or codes of an earlier contract."""
    match column:
        case CategoryColumn():
            stated = {as_text(value) for value in column.categories}
            return [value for value in values if as_text(value) in stated]
        case NumericColumn() if column.special:
            return [value for value in values if value in column.special or _within(value, column.bounds)]
        case _:
            return values


def _within(text: str, bounds: tuple[float, float]) -> bool:
    try:
        return bounds[0] <= float(text) <= bounds[1]
    except ValueError:
        return False


def _of_numbers(column: Any, values: list[Any]) -> tuple[str, ...]:
    numbers = [float(value) for value in _of_the_domain(column, values) if str(value) not in column.special]
    if len(numbers) < 2:
        return ()
    return (f"quartiles about {', '.join(map(_rounded, quantiles(numbers, n=4)))}",)


def _of_categories(column: Any, values: list[Any]) -> tuple[str, ...]:
    counts = Counter(str(as_text(value)) for value in _of_the_domain(column, values))
    return tuple(f"{name[:LONGEST]} in about {100 * n / len(values):.0f} %" for name, n in counts.most_common(COMMON))


def _of_flags(column: Any, values: list[Any]) -> tuple[str, ...]:
    return (f"true in about {100 * sum(values) / len(values):.0f} %",)


def _of_times(column: Any, values: list[Any]) -> tuple[str, ...]:
    years = sorted(value.year for value in values)
    return (f"middle half from {years[len(years) // 4]} to {years[3 * len(years) // 4]}",)


def _rounded(number: float) -> str:
    """To two significant digits."""
    return f"{float(f'{number:.2g}'):g}"


_STATISTICS: Mapping[type, Callable[[Any, list[Any]], tuple[str, ...]]] = {
    NumericColumn: _of_numbers,
    CategoryColumn: _of_categories,
    BooleanColumn: _of_flags,
    TimeColumn: _of_times,
}
