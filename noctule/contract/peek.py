"""What a draft may look at: the header of a source and, only when asked, its rows."""

import codecs
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.arrow import pc
from noctule.contract.model import Source
from noctule.sealed import sealed

INTEGER = r"^-?(0|[1-9][0-9]{0,17})$"  # no leading zeros: 007 is a code
NUMBER = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"
HEAD = 1 << 20  # bytes; a header may not be longer
CODEC = {"utf-8": "utf-8-sig", "utf-16": "utf-16"}
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"


@dataclass(frozen=True)
class Peek:
    """A source and the names of its columns; the types too where the file states them (Parquet)."""

    source: Source
    names: list[str]
    schema: pa.Schema | None


def peek(path: Path) -> Peek:
    """Read the header of a CSV file, or the footer of a Parquet file; no row. Raises DataError."""
    from noctule.ingest.source import locate

    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        source = Source(kind="parquet", path=_as_written(path))
        locate(source, Path())
        schema = _footer(path, source)
        return Peek(source, schema.names, schema)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    source = Source(kind="csv", path=_as_written(path), encoding=encoding)
    locate(source, Path())
    return _header(path, source)


@sealed
def rows(found: Peek) -> pa.Table:
    """The whole table; text of a CSV file is given the narrowest type that holds every cell. Raises DataError."""
    from noctule.ingest.delimited import read_csv
    from noctule.ingest.parquet import read_parquet
    from noctule.ingest.source import promise

    path = Path(found.source.path)
    if found.schema is not None:
        return pa.Table.from_batches(read_parquet(path, found.source, found.schema), found.schema)
    schema = pa.schema([(name, pa.string()) for name in found.names])
    text = pa.Table.from_batches(read_csv(path, found.source, schema, promise(found.source, Path())), schema)
    return pa.table({name: narrowed(text[name]) for name in found.names})


def narrowed(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as integers, numbers, booleans, dates or moments when every cell is one; else as it is."""
    if text.null_count == len(text):
        return text
    for pattern, kind in (
        (INTEGER, pa.int64()),
        (NUMBER, pa.float64()),
        (DATE, pa.date32()),
        (MOMENT, pa.timestamp("us")),
    ):
        if pc.all(pc.match_substring_regex(text, pattern)).as_py():
            try:
                return text.cast(kind)
            except pa.ArrowInvalid:  # 30 February
                return text
    lower = pc.utf8_lower(text)
    if pc.all(pc.is_in(lower, pa.array(["true", "false", None]))).as_py():
        return pc.equal(lower, "true")
    return text


def _header(path: Path, source: Source) -> Peek:
    from noctule.ingest.faults import attempt, refusal
    from noctule.ingest.header import first_line, names_of

    start, flaw = attempt(lambda: pa.input_stream(path).read(HEAD))
    if flaw:
        raise refusal(source, flaw.what, fix=flaw.fix)
    head = first_line(codecs.getincrementaldecoder(CODEC[source.encoding])("replace").decode(start).encode())
    delimiter = max(",;\t|", key=lambda mark: len(names_of(head, mark)))
    names = names_of(head, delimiter)
    fix = "give the file a first line that names each column, as UTF-8 text"
    for number, name in enumerate(names, start=1):
        if (fault := _fault(name, names[: number - 1])) is not None:
            raise refusal(source, fault, fix=fix, column=number, row=0)
    if not names:
        raise refusal(source, "the first line is blank", fix=fix, row=0)
    return Peek(source.model_copy(update={"delimiter": delimiter}), names, None)


def _fault(name: str, before: list[str]) -> str | None:
    """Why this is no column's name. A file without a header has cells there, which a draft must not repeat."""
    if not name.strip():
        return "the column has no name"
    if not name.isprintable() or "\ufffd" in name:
        return "the column's name has a control character, or one that cannot be decoded"
    if name in before:
        return "two columns have the same name"
    looks_like_a_cell = name.lstrip("-+").replace(".", "", 1).isdigit() or "@" in name
    return (
        "the first line holds a value, not a name, so the file seems to have no header" if looks_like_a_cell else None
    )


def _footer(path: Path, source: Source) -> pa.Schema:
    from noctule.ingest.faults import attempt, refusal

    schema, flaw = attempt(lambda: pq.read_schema(path).remove_metadata())
    if flaw:
        raise refusal(source, flaw.what, fix=flaw.fix)
    return schema


def _as_written(path: Path) -> str:
    """Relative to the current folder where it can be: a contract must hold on other machines."""
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return (path.relative_to(Path.cwd()) if inside else path).as_posix()
