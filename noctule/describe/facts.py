"""What may be told of a column to whoever describes it. There is no field for a raw value, so none can be sent."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from noctule.contract import Contract
from noctule.contract.columns import (
    LLM_LEVELS,
    BooleanColumn,
    CategoryColumn,
    Column,
    DerivedColumn,
    ExternalLlm,
    NumericColumn,
    OpenColumn,
    TemplateColumn,
    TimeColumn,
    as_text,
)


class Facts(BaseModel):
    """Public or released facts of one column. None where the level does not reach, or the contract is silent.

    `note`: the contract's own description. `type`: the contract's word, or its role. `bounds`: as the contract writes
    them. `values`: declared categories or codes; `labels`: their declared meanings. `statistics`: words about, and
    `samples`: values of, a published synthetic release.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    column: str
    note: str = ""
    type: str | None = None
    unit: str = ""
    bounds: tuple[str, str] | None = None
    values: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    nullable: bool | None = None
    statistics: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


def schema_facts(contract: Contract, column: Column) -> Facts:
    """All that the contract says of a column, which is public by definition; no statistics, no samples.

    A domain that was drafted from the data and not yet approved (`data_draft`) is no public fact and stays out.
    """
    told = Facts(table=contract.title or contract.name, column=column.name, note=column.description)
    draft = getattr(column, "domain_source", "public") == "data_draft"
    match column:
        case NumericColumn():
            more = {"type": column.type, "unit": column.unit}
            if not draft:
                more |= {"bounds": _bounds(column.bounds), "values": tuple(column.special), "labels": column.special}
        case TimeColumn():
            more = {"type": column.type} | ({} if draft else {"bounds": _bounds(column.bounds)})
        case CategoryColumn():
            values = tuple(str(as_text(value)) for value in column.categories)
            more = {"type": column.type} | ({} if draft else {"values": values, "labels": column.labels})
        case BooleanColumn() | OpenColumn():
            more = {"type": column.type}
        case TemplateColumn():
            units = {part.unit for part in column.parts.values()}
            more = {"type": column.type, "values": (column.format,), "unit": units.pop() if len(units) == 1 else ""}
        case DerivedColumn():
            more = {"type": "derived", "values": tuple(dict.fromkeys(str(as_text(v)) for v in column.map.values()))}
        case _:
            more = {"type": getattr(column, "pii", column.role)}
    return told.model_copy(update={**more, "nullable": getattr(column, "nullable", None)})


def at_level(facts: Facts, level: ExternalLlm) -> Facts | None:
    """What of the facts may leave at this level; None where nothing may."""
    if level == "forbid":
        return None
    reach = LLM_LEVELS.index(level)
    if reach < LLM_LEVELS.index("schema"):
        return Facts(table=facts.table, column=facts.column)
    hidden: dict[str, Sequence[str]] = {}
    if reach < LLM_LEVELS.index("dp_stats"):
        hidden["statistics"] = ()
    if reach < LLM_LEVELS.index("synthetic_samples"):
        hidden["samples"] = ()
    return facts.model_copy(update=hidden)


def _bounds(bounds: tuple[object, object]) -> tuple[str, str]:
    low, high = bounds
    return str(low), str(high)
