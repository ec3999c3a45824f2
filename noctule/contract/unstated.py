"""The contract of a file that nobody described: its header is public, and the fit buys the rest with epsilon."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from noctule.arrow import is_text, plain_type
from noctule.contract import strict_yaml
from noctule.contract.draft import role
from noctule.contract.model import Contract
from noctule.contract.peek import peek
from noctule.contract.propose import spelled, stated, supported
from noctule.errors import UsageError

CAP = 3.0  # epsilon a year, unless one fit costs more: as in a draft


def unstated(
    source: Path, name: str, *, population: str, unit: dict[str, Any], categorical: list[str], **keys: Any
) -> Contract:
    """A contract in which every column is open, but for those that the header's words or a Parquet file's types settle.

    `keys`: epsilon, delta, engine. A column whose name says that it holds personal data or prose is dropped.
    Raises UsageError when `categorical` or `unit` names no column, DataError when the header cannot be read.
    """
    found = peek(source)
    if strangers := [name for name in (*categorical, *filter(None, [unit.get("column")])) if name not in found.names]:
        raise UsageError(f"the file has no column {strangers[0]!r}", where=str(source), fix="write it as in the header")
    kinds = {name: found.schema.field(name).type if found.schema is not None else None for name in found.names}
    columns = [
        {"name": column, **_column(column, kind, unit.get("column"), column in categorical)}
        for column, kind in kinds.items()
        if kind is None or supported(kind)
    ]
    extra = "drop" if len(columns) < len(kinds) else "refuse"
    epsilon = keys["epsilon"]
    return Contract.model_validate(
        {
            "name": name,
            "population": population,
            "source": {**found.source.model_dump(), "path": source.name, "extra": extra},
            "unit": unit,
            "columns": columns,
            "privacy": {
                "epsilon": epsilon,
                "delta": keys["delta"],
                "cap": {"epsilon": max(CAP, epsilon), "per": "year"},
            },
            **({"engine": {"name": keys["engine"]}} if keys["engine"] else {}),
        }
    )


def _column(name: str, kind: pa.DataType | None, unit: str | None, categorical: bool) -> dict[str, Any]:
    arrow = {} if kind is None else {"arrow": stated(kind)}
    if (lines := role(name, unit)) is not None and not categorical:
        return {**strict_yaml.read("\n".join(lines)), **({} if kind is None else {"arrow": spelled(kind)})}
    if kind is not None and pa.types.is_boolean(kind):
        return {"type": "boolean", "nullable": True}
    return {"type": "category" if categorical else _type(kind), "domain_source": "dp_estimated", **arrow}


def _type(kind: pa.DataType | None) -> str:
    """What a Parquet file's type tells; the cells of a CSV file are text until their type is bought."""
    plain = None if kind is None else plain_type(kind)
    if plain is None or is_text(plain):
        return "unknown"
    if pa.types.is_date(plain) or pa.types.is_timestamp(plain):
        return "date" if pa.types.is_date(plain) else "datetime"
    return "integer" if pa.types.is_integer(plain) else "number"
