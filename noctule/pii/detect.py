"""Personal data in a table: the header's word, then shapes and checksums, then cardinality. A finding holds no cell."""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from noctule.contract import Contract
from noctule.contract.columns import CategoryColumn, DerivedColumn, FreeTextColumn, IdentifierColumn, PiiColumn
from noctule.pii import believe
from noctule.pii.cardinality import is_code, is_prose, near_unique
from noctule.pii.names import meaning
from noctule.pii.sample import Sample, sample
from noctule.pii.shapes import shape
from noctule.sealed import sealed

# A declared public domain says how coarse these are released, so a modelled column may be one.
QUASI = frozenset({"city", "postcode", "company", "geo", "date_of_birth"})
# Values that a public list may well share with a gazetteer of names: counties, brands, sites.
LISTABLE = frozenset({"first_name", "last_name", "url"})
CERTAIN = 0.85  # a shape that ordinary text does not have by chance


@dataclass(frozen=True)
class Finding:
    """One column that looks personal. `pii` is None when cardinality alone, or prose, is the evidence."""

    column: str
    kind: Literal["direct", "identifier", "free_text"]
    pii: str | None
    reason: str
    confidence: float


@sealed
def detect(table: pa.Table) -> list[Finding]:
    """At most one finding a column, in table order. Samples cells evenly; counts distinct values over all rows."""
    found = (_find(name, column) for name, column in zip(table.column_names, table.columns, strict=True))
    return [finding for finding in found if finding]


def undeclared(findings: list[Finding], contract: Contract) -> list[Finding]:
    """The findings that block, because the contract does not give the column a role.

    A modelled or derived column is released only through its public domain, so there
    - cardinality alone does not block: bounds, categories, formats and maps bound what is learnt;
    - a quasi-identifier (city, postcode, birth date ...) does not block: a person declared how coarse it is;
    - names and URLs seen by shape alone do not block on a list of categories: Georgia and Jordan are places too.
    Every other finding blocks, on a category too: the contract is wrong about such a column, and a domain
    drafted from it would hold cells.
    """
    return [finding for finding in findings if _blocks(finding, contract)]


def _blocks(finding: Finding, contract: Contract) -> bool:
    column = next((column for column in contract.columns if column.name == finding.column), None)
    if column is None:
        return True
    if isinstance(column, IdentifierColumn | PiiColumn | FreeTextColumn):
        return False
    if finding.pii in QUASI or (finding.kind == "identifier" and finding.pii is None):
        return False
    by_header = (said := meaning(finding.column)) is not None and said.pii == finding.pii
    listed = isinstance(column, CategoryColumn | DerivedColumn)
    return by_header or not (listed and finding.pii in LISTABLE)


def _find(name: str, column: pa.ChunkedArray) -> Finding | None:
    if pa.types.is_boolean(column.type) or pa.types.is_nested(column.type):
        return None
    seen = sample(column)
    by_header, by_shape = _by_header(name, seen), _by_shape(name, seen)
    if by_header and by_header.pii in QUASI and by_shape and by_shape.confidence >= CERTAIN:
        return by_shape  # e-mail addresses under the header `city`
    return by_header or by_shape or _by_cardinality(name, seen)


def _by_header(name: str, seen: Sample) -> Finding | None:
    said = meaning(name)
    if said is None or not believe.agrees(said, seen):
        return None
    if said.key:
        return Finding(name, "identifier", "other", "header names the key of a person", 0.9)
    return Finding(name, "direct", said.pii, f"header says {said.pii}", 0.7 if said.weak else 0.9)


def _by_shape(name: str, seen: Sample) -> Finding | None:
    found = shape(seen.cells) if seen.kind in ("text", "integer", "time") else None
    return Finding(name, "direct", found.pii, f"values look like {found.reason}", found.confidence) if found else None


def _by_cardinality(name: str, seen: Sample) -> Finding | None:
    if seen.kind == "text" and is_prose(seen.cells, seen.present, seen.distinct):
        return Finding(name, "free_text", None, "prose: many words, seldom repeated", 0.8)
    if not near_unique(seen.present, seen.distinct):
        return None
    if seen.kind == "integer" or (seen.kind == "text" and is_code(seen.cells)):
        return Finding(name, "identifier", None, f"near-unique {seen.kind}", 0.6)
    return None
