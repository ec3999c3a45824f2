"""A contract for a person to complete: from the header alone, or, marked as not private, from the rows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from noctule.arrow import is_text
from noctule.contract.peek import Peek, peek, rows
from noctule.contract.propose import propose, spelled, stated, supported
from noctule.contract.strict_yaml import scalar
from noctule.errors import UsageError

NAME = r"[a-z][a-z0-9_]{0,62}"
PROSE = frozenset(("note", "notes", "comment", "comments", "remark", "remarks", "narrative", "bemerkung", "kommentar"))
ROWS = frozenset(("id", "ids", "uuid", "guid", "rowid"))

FROM_HEADER = """\
# Drafted by noctule init from the header of {path}; no row was read.
# Complete each line marked FILL IN from public knowledge (a code book, the form), never from the rows,
# and judge each line marked review. Then run: noctule contract check datasets/{name}.yaml
"""
FROM_DATA = """\
# NOT differentially private: drafted by noctule init --from-data, it holds values seen in the rows of {path}.
# Keep this file as safe as the data, and out of git, until a person has replaced each value seen by public
# knowledge (a code book, the form, the law) and each domain_source: data_draft by public. Rare values (fewer than
# 20 people) are left out, bounds are rounded outward. No night runs on a data_draft domain.
"""
REST = """\
privacy: {epsilon: 0.75, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}  # review: what one refit costs, and the most
engine: {name: adaptive}  # review
refresh: {schedule: "30 2 * * *", timezone: UTC, refit: monthly, rows: same}  # review
gates: {max_tvd2: 0.10, min_validity: 1.0}  # review
release: {to: lake, keep: 30}  # review
"""


def draft(source: Path, name: str, unit: str | None, from_data: bool) -> str:
    """YAML text of a contract `name` for the file at `source`, of which `unit` names the column of the person.

    Without `from_data` only the header of a CSV file or the footer of a Parquet file is looked at. Raises UsageError
    for a name or unit that cannot be, DataError for a file that cannot be read; neither holds a cell.
    """
    if not re.fullmatch(NAME, name):
        raise UsageError(
            "the name of a dataset is lower-case letters, digits and _", where="--name", fix="--name patients"
        )
    if not source.is_file():
        raise UsageError("there is no such file", where=str(source), fix="correct the path")
    found = peek(source)
    if unit is not None and unit not in found.names:
        raise UsageError("the source has no column of that name", where="--unit", fix="write it as in the header")
    columns = _from_rows(found, unit) if from_data else _from_header(found, unit)
    heading = (FROM_DATA if from_data else FROM_HEADER).format(path=found.source.path, name=name)
    return f"{heading}{_top(found, name, unit)}columns:\n{''.join(columns)}{REST}"


def _top(found: Peek, name: str, unit: str | None) -> str:
    source = found.source
    extra = [f"delimiter: {scalar(source.delimiter)}"] if source.delimiter != "," else []
    extra += [f"encoding: {source.encoding}"] if source.encoding != "utf-8" else []
    extra += ["extra: drop"] if _unsupported(found) else []
    parts = ", ".join([f"kind: {source.kind}", f"path: {scalar(source.path)}", *extra])
    whose = f"{{column: {scalar(unit)}, max_rows: 1}}" if unit is not None else "row"
    dropped = "".join(f"# Not declared, since its type cannot be modelled: {scalar(n)}\n" for n in _unsupported(found))
    return (
        f"name: {name}\n"
        f"population: {name}  # review: tables about the same people name one population, and share its budget\n"
        f"source: {{{parts}}}\n{dropped}"
        f"unit: {whose}  # review: whose privacy is protected; row, if each row is another person\n"
    )


def _from_header(found: Peek, unit: str | None) -> Iterator[str]:
    for name in _declared(found):
        kind = found.schema.field(name).type if found.schema is not None else None
        yield _column(name, role(name, unit) or _blank(kind), kind)


def _from_rows(found: Peek, unit: str | None) -> Iterator[str]:
    from noctule.pii.detect import detect

    table = rows(found)
    findings = {finding.column: finding for finding in detect(table)}
    units = table[unit] if unit is not None else None
    for name in _declared(found):
        finding = findings.get(name)
        if name == unit or finding is None:
            lines = role(name, unit) or propose(table[name], units)
        elif finding.kind == "direct":
            lines = _personal(finding.pii or "other")
        elif finding.kind == "free_text":
            lines = ["role: free_text  # review: prose is never modelled; it is dropped"]
        else:
            lines = ["role: identifier  # review: near-unique; if it is a quantity, declare type and bounds", _DROP]
        yield _column(name, lines, found.schema.field(name).type if found.schema is not None else None)


_DROP = "release: drop  # review"


def role(name: str, unit: str | None) -> list[str] | None:
    """What the header's word alone says of the column; None when it says nothing."""
    from noctule.pii.names import VETO, meaning, tokens

    if name == unit:
        return ["role: identifier  # review: names the person", _DROP]
    words, said = tokens(name), meaning(name)
    if said is not None and not said.key:
        return _personal(said.pii)
    if said is not None or (words and words[-1] in ROWS and not VETO.intersection(words)):
        return ["role: identifier  # review: by its name, a key", _DROP]
    if PROSE.intersection(words):
        return ["role: free_text  # review: prose is never modelled; it is dropped"]
    return None


def _personal(kind: str) -> list[str]:
    return ["role: pii  # review", f"pii: {kind}  # review", "release: drop  # review: drop, or fake for stand-ins"]


def _blank(kind: pa.DataType | None) -> list[str]:
    """Keys to fill in, as far as the stated type tells them."""
    plain = kind.value_type if kind is not None and pa.types.is_dictionary(kind) else kind
    if kind is None or plain is None:
        return ["type:  # FILL IN: integer, number, category, boolean, date, datetime or text; then its domain"]
    lines = [f"arrow: {scalar(text)}" for text in [stated(kind)] if text is not None]
    if pa.types.is_boolean(plain):
        return ["type: boolean", *lines]
    if is_text(plain):
        return ["type: category  # review: or text with a format", "categories:  # FILL IN: [first, second]", *lines]
    if pa.types.is_date(plain) or pa.types.is_timestamp(plain):
        word = "date" if pa.types.is_date(plain) else "datetime"
        return [f"type: {word}", "bounds:  # FILL IN: [first, last]", *lines]
    word = "integer" if pa.types.is_integer(plain) else "number"
    return [f"type: {word}  # review: or category", "bounds:  # FILL IN: [lowest, highest]", *lines]


def _column(name: str, lines: list[str], kind: pa.DataType | None) -> str:
    if lines[0].startswith("role") and kind is not None and not pa.types.is_string(kind):
        lines = [*lines, f"arrow: {scalar(spelled(kind))}"]
    body = "\n".join(lines).replace("\n", "\n    ")
    return f"  - name: {scalar(name)}\n    {body}\n"


def _declared(found: Peek) -> list[str]:
    return [name for name in found.names if name not in _unsupported(found)]


def _unsupported(found: Peek) -> list[str]:
    return [field.name for field in found.schema or () if not supported(field.type)]
