"""datapackage.json: the release as a Data Package v2 (https://datapackage.org/standard/data-package/).

Types and constraints of the fields are the contract's, so that a validator holds the rows against what was promised.
"""

import json
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from noctule.arrow import pc, plain_type
from noctule.contract import Contract
from noctule.contract.columns import (
    CategoryColumn,
    Column,
    DerivedColumn,
    IdentifierColumn,
    NumericColumn,
    TemplateColumn,
    TimeColumn,
)
from noctule.release.ids import published
from noctule.release.layout import DATA, DATAPACKAGE
from noctule.release.words import purpose

# how readers without nulls of their own, such as frictionless by way of pandas, show a missing cell of Parquet
NULLS = {"integer": ["", "nan"], "number": ["", "nan"], "date": ["", "NaT"], "datetime": ["", "NaT"]}
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def datapackage(contract: Contract, facts: dict[str, Any], schema: pa.Schema, sha256: str) -> dict[str, Any]:
    """The whole descriptor. `sha256` is of the data file, `schema` its own.

    The size of the file is left out: frictionless finds none for Parquet, and calls that an error.
    """
    publisher, moment = contract.publisher, published(facts["release"])
    return {
        "$schema": PROFILE,
        "name": contract.name.replace("_", "-"),
        "title": contract.title or contract.name,
        "description": purpose(contract),
        "version": facts["release"],
        "keywords": ["synthetic", "differential-privacy"],
        **({"created": moment.isoformat()} if moment else {}),
        **({"licenses": [{"name": publisher.license}]} if publisher and publisher.license else {}),
        **({"contributors": [{"title": publisher.name, "roles": ["publisher"]}]} if publisher else {}),
        "resources": [
            {
                "name": "rows",
                "type": "table",
                "path": DATA.as_posix(),
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "hash": f"sha256:{sha256}",
                "schema": {"fields": [_field(contract.column(field.name), field.type) for field in schema]},
            }
        ],
    }


def promise(column: Column, kind: pa.DataType) -> dict[str, Any]:
    """Type and constraints of a column's values, in the words of the standard and as JSON gives them back."""
    return {"type": _kind(plain_type(kind)), "constraints": {**_presence(column), **_domain(column, kind)}}


def promises(folder: Path) -> dict[str, dict[str, Any]]:
    """Column -> its promise in a release that lies in `folder`; empty for a release without such a file."""
    if not (file := folder / DATAPACKAGE).is_file():
        return {}
    fields = json.loads(file.read_bytes())["resources"][0]["schema"]["fields"]
    return {one["name"]: {"type": one["type"], "constraints": one.get("constraints", {})} for one in fields}


def _field(column: Column, kind: pa.DataType) -> dict[str, Any]:
    promised = promise(column, kind)
    named, constraints = promised["type"], promised["constraints"]
    return {
        "name": column.name,
        "type": named,
        **({"description": column.description} if column.description else {}),
        **({"missingValues": NULLS[named]} if named in NULLS and "required" not in constraints else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    return "datetime" if pa.types.is_timestamp(kind) else "string"


def _presence(column: Column) -> dict[str, Any]:
    if isinstance(column, IdentifierColumn):
        return {"required": True, "unique": True}
    return {} if getattr(column, "nullable", True) else {"required": True}


def _domain(column: Column, kind: pa.DataType) -> dict[str, Any]:
    match column:
        case NumericColumn() if not column.special:
            return {"minimum": column.bounds[0], "maximum": column.bounds[1]}
        case CategoryColumn():
            return {"enum": [*column.categories, *([] if column.other_label is None else [column.other_label])]}
        case TimeColumn():
            return {"minimum": _moment(column.bounds[0], kind), "maximum": _moment(column.bounds[1], kind)}
        case TemplateColumn():
            return {"pattern": "-?[0-9]+".join(re.escape(text) for text in re.split(r"{[^{}]*}", column.format))}
        case DerivedColumn():
            return {"enum": list(dict.fromkeys(column.map.values()))}
        case _:
            return {}


def _moment(bound: date | datetime, kind: pa.DataType) -> str:
    """A bound as its column's values are written; without a zone it is wall time in the column's own."""
    if pa.types.is_date(kind):
        return date(bound.year, bound.month, bound.day).isoformat()
    moment = bound if isinstance(bound, datetime) else datetime.combine(bound, time())
    if moment.tzinfo is None and kind.tz is not None:
        wall = pa.scalar(moment, pa.timestamp("us"))
        moment = pc.assume_timezone(wall, kind.tz, ambiguous="earliest", nonexistent="earliest").as_py()
    return moment.isoformat()
