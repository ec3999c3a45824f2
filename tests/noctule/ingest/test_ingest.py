"""The whole way from a file to a snapshot: every malformed file of the issue, and what the vault then holds."""

import gzip
import hashlib
import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import Contract
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import Snapshot, ingest, load
from noctule.ingest.delimited import BLOCK
from noctule.ingest.text import CHUNK
from tests.rows import rows_of

SECRET = "Quxxanthe"
HEAD = b"id,age,score,note\n"
FIRST = b"p1,40,0.5,fine\n"
LAST = b"p3,60,0.7,last\n"
PLAIN = HEAD + FIRST + b"p2,50,0.6,good\n" + LAST
ROWS = {"id": ["p1", "p2", "p3"], "age": [40, 50, 60], "score": [0.5, 0.6, 0.7], "note": ["fine", "good", "last"]}


def with_row(row: str, encoding: str = "utf-8") -> bytes:
    """PLAIN with its second data row replaced."""
    return HEAD + FIRST + row.encode(encoding) + b"\n" + LAST


def as_parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(ROWS), sink)
    return sink.getvalue()


def far_down(row: bytes) -> Callable[[], bytes]:
    """A good file of more than one block, with `row` as data row 330,000."""
    return lambda: HEAD + b"p1,40,0.5,some longer note\n" * 329_999 + row + b"\n" + LAST


LOADED: dict[str, tuple[bytes, dict[str, Any], dict[str, list[Any]]]] = {
    "plain": (PLAIN, {}, ROWS),
    "UTF-8 mark": (b"\xef\xbb\xbf" + PLAIN, {}, ROWS),
    "CRLF": (PLAIN.replace(b"\n", b"\r\n"), {}, ROWS),
    "CR only": (PLAIN.replace(b"\n", b"\r"), {}, ROWS),
    "no line end after the last row": (PLAIN[:-1], {}, ROWS),
    "no line end, sha256 stated": (PLAIN[:-1], {"sha256": hashlib.sha256(PLAIN[:-1]).hexdigest()}, ROWS),
    "rows stated": (PLAIN, {"rows": 3}, ROWS),
    "blank lines": (PLAIN.replace(b"\n", b"\n\n"), {}, ROWS),
    "columns in another order": (
        b"note,score,age,id\nfine,0.5,40,p1\ngood,0.6,50,p2\nlast,0.7,60,p3\n",
        {},
        ROWS,
    ),
    "undeclared column dropped": (
        b"id,age,x,score,note\np1,40,9,0.5,fine\np2,50,,0.6,good\np3,60,9,0.7,last\n",
        {"extra": "drop"},
        ROWS,
    ),
    "semicolons, declared": (PLAIN.replace(b",", b";"), {"delimiter": ";"}, ROWS),
    "UTF-16, little end first": (b"\xff\xfe" + PLAIN.decode().encode("utf-16-le"), {"encoding": "utf-16"}, ROWS),
    "UTF-16, big end first": (b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"), {"encoding": "utf-16"}, ROWS),
    "UTF-16, no mark": (PLAIN.decode().encode("utf-16-le"), {"encoding": "utf-16"}, ROWS),
    "latin-1": (
        with_row("p2,50,0.6,Zoë", "latin-1"),
        {"encoding": "latin-1"},
        {**ROWS, "note": ["fine", "Zoë", "last"]},
    ),
    "cp1252": (
        with_row("p2,50,0.6,5 € – Zoë", "cp1252"),
        {"encoding": "cp1252"},
        {**ROWS, "note": ["fine", "5 € – Zoë", "last"]},
    ),
    "gzip": (gzip.compress(PLAIN), {"path": "sample.csv.gz"}, ROWS),
    "gzip of two members": (gzip.compress(PLAIN[:30]) + gzip.compress(PLAIN[30:]), {"path": "s.CSV.GZ"}, ROWS),
    "zstd": (pa.compress(PLAIN, "zstd", asbytes=True), {"path": "sample.csv.zst"}, ROWS),
    "quoted line breaks, delimiters and quotes": (
        with_row('p2,50,0.6,"a,b\r\nc ""d"""'),
        {},
        {**ROWS, "note": ["fine", 'a,b\r\nc "d"', "last"]},
    ),
    "quoted line breaks over many blocks": (
        HEAD + b'p1,40,0.5,"one\ntwo ""x""\nthree"\n' * 400_000,
        {},
        {"id": ["p1"] * 400_000, "note": ['one\ntwo "x"\nthree'] * 400_000},
    ),
    "everything quoted": (
        b"".join(b'"' + line.replace(b",", b'","') + b'"\n' for line in PLAIN.splitlines()),
        {},
        ROWS,
    ),
    "a 10,000-character cell": (
        with_row("p2,50,0.6," + "y" * 10_000),
        {},
        {**ROWS, "note": ["fine", "y" * 10_000, "last"]},
    ),
    "a cell longer than a chunk": (
        with_row("p2,50,0.6," + "y" * (2 * CHUNK)),
        {},
        {**ROWS, "note": ["fine", "y" * (2 * CHUNK), "last"]},
    ),
    "NA, null and None are text": (
        HEAD + b"NA,40,0.5,null\nnull,50,0.6,None\nNone,60,0.7,nan\n",
        {},
        {**ROWS, "id": ["NA", "null", "None"], "note": ["null", "None", "nan"]},
    ),
    "declared nulls": (
        HEAD + b"p1,NA,0.5,NA\np2,,0.6,\np3,60,NA,last\n",
        {"nulls": ["", "NA"]},
        {**ROWS, "age": [None, None, 60], "score": [0.5, 0.6, None], "note": [None, None, "last"]},
    ),
    "quoted empty text is text, unquoted is null": (
        HEAD + b'p1,40,0.5,""\np2,"",0.6,\np3,60,0.7,last\n',
        {},
        {**ROWS, "age": [40, None, 60], "note": ["", None, "last"]},
    ),
    "2^63 - 1": (with_row("p2,9223372036854775807,0.6,good"), {}, {**ROWS, "age": [40, 2**63 - 1, 60]}),
    "leading zeros in text": (with_row("007,50,0.6,good"), {}, {**ROWS, "id": ["p1", "007", "p3"]}),
    "spaces stay in text, not in numbers": (
        with_row(" p2, 50 , 0.6, good "),
        {},
        {**ROWS, "id": ["p1", " p2", "p3"], "note": ["fine", " good ", "last"]},
    ),
}

REFUSED: dict[str, tuple[bytes | Callable[[], bytes], dict[str, Any], list[str]]] = {
    "short row": (with_row(f"p2,50,{SECRET}"), {}, ["data row 2", "3 cells and the header 4"]),
    "long row": (with_row(f"p2,50,0.6,a,{SECRET}"), {}, ["data row 2", "5 cells and the header 4"]),
    "short row after blank lines": (HEAD + b"\n\n" + FIRST + b"\np2," + SECRET.encode() + b"\n", {}, ["data row 2"]),
    "short row, far down": (far_down(f"p2,{SECRET}".encode()), {}, ["data row 330000", "2 cells"]),
    "row of spaces": (with_row("  "), {}, ["data row 2"]),
    "last row cut, cells missing": (PLAIN[:-8], {}, ["data row 3"]),
    "last row cut mid-field, rows stated": (PLAIN[:-3], {"rows": 3}, ["column 'note', data row 3", "no line end"]),
    "last row cut mid-field, sha256 stated": (
        PLAIN[:-3],
        {"sha256": hashlib.sha256(PLAIN).hexdigest()},
        ["SHA-256"],
    ),
    "last row missing, rows stated": (PLAIN.removesuffix(LAST), {"rows": 3}, ["number of rows"]),
    "NUL": (with_row(f"p2,50,0.6,{SECRET}\0x"), {}, ["column 'note', data row 2", "NUL"]),
    "NUL, far down": (far_down(f"p2,50,\0,{SECRET}".encode()), {}, ["column 'score', data row 330000", "NUL"]),
    "latin-1 byte in UTF-8": (
        with_row(f"p2,50,0.6,{SECRET}é", "latin-1"),
        {},
        ["column 'note', data row 2", "not utf-8"],
    ),
    "latin-1 byte in UTF-8, far down": (
        far_down(f"{SECRET}é,50,0.6,x".encode("latin-1")),
        {},
        ["column 'id', data row 330000", "not utf-8"],
    ),
    "cp1252 declared latin-1": (
        with_row(f"p2,50,0.6,{SECRET} €", "cp1252"),
        {"encoding": "latin-1"},
        ["column 'note', data row 2", "not latin-1"],
    ),
    "a byte that cp1252 has not": (
        HEAD + FIRST + b"p2,50,0.6,\x81\n",
        {"encoding": "cp1252"},
        ["column 'note', data row 2", "not cp1252"],
    ),
    "UTF-16 not declared": (
        b"\xff\xfe" + PLAIN.decode().encode("utf-16-le"),
        {},
        ["source.encoding: utf-16"],
    ),
    "UTF-16 not declared, no mark": (PLAIN.decode().encode("utf-16-le"), {}, ["NUL", "source.encoding: utf-16"]),
    "UTF-16 cut in a character": (
        b"\xff\xfe" + PLAIN.decode().encode("utf-16-le")[:-1],
        {"encoding": "utf-16"},
        ["data row 3", "not utf-16"],
    ),
    "a wrong byte within the header": (HEAD[:-1] + b"\xe9\n" + FIRST, {}, ["column 'note', header", "not utf-8"]),
    "UTF-8 mark, declared latin-1": (b"\xef\xbb\xbf" + PLAIN, {"encoding": "latin-1"}, ["source.encoding: utf-8"]),
    "quote never closed": (
        with_row(f'p2,50,0.6,"{SECRET}'),
        {},
        ["column 'note', data row 2", "never closed"],
    ),
    "quote never closed, in the last cell": (PLAIN[:-5] + b'"las', {}, ["column 'note', data row 3", "never closed"]),
    "quote never closed, over many blocks": (
        lambda: far_down(b"p2,50,0.6,x")().replace(b"p1,40,0.5,s", b'p1,40,0.5,"s', 1),
        {},
        ["column 'note', data row 1", "never closed"],
    ),
    "text after a closing quote": (with_row(f'p2,50,0.6,"{SECRET}"x'), {}, ["column 'note', data row 2", "a quote"]),
    "quote inside an unquoted cell": (with_row(f'p2,50,0.6,5"{SECRET}'), {}, ["column 'note', data row 2", "a quote"]),
    "a row longer than a block": (lambda: with_row("p2,50,0.6," + SECRET * (BLOCK // 4)), {}, ["data row", "MiB"]),
    "2^63": (with_row(f"p2,{2**63},0.6,{SECRET}"), {}, ["column 'age', data row 2", "int64"]),
    "1e400": (with_row(f"p2,50,1e400,{SECRET}"), {}, ["column 'score', data row 2", "finite"]),
    "inf": (with_row(f"p2,50,-inf,{SECRET}"), {}, ["column 'score', data row 2", "finite"]),
    "nan": (with_row(f"p2,50,nan,{SECRET}"), {}, ["column 'score', data row 2", "finite"]),
    "leading zeros": (with_row(f"p2,007,0.6,{SECRET}"), {}, ["column 'age', data row 2", "leading zeros"]),
    "text in a number, far down": (
        far_down(f"p2,{SECRET},0.6,x".encode()),
        {},
        ["column 'age', data row 330000", "int64"],
    ),
    "two bad cells: the first row is named": (
        HEAD + b"p1,40,oops,fine\np2,oops,0.6,fine\n",
        {},
        ["column 'score', data row 1"],
    ),
    "empty": (b"", {}, ["empty"]),
    "header only": (HEAD, {}, ["header and no rows"]),
    "header only, no line end": (HEAD[:-1], {}, ["header and no rows"]),
    "header and blank lines": (HEAD + b"\n\r\n", {}, ["header and no rows"]),
    "fewer rows than the floor": (PLAIN, {"min_rows": 4}, ["source.min_rows"]),
    "blank first line": (b"\n" + PLAIN, {}, ["header", "first line"]),
    "no header": (f"{SECRET},1,0.5,x\n".encode() + LAST, {}, ["header", "first line"]),
    "no header, one cell beyond all names": (
        SECRET.encode() * 30_000 + b"\n" + LAST,
        {},
        ["header", "first line"],
    ),
    "same name twice": (PLAIN.replace(HEAD, b"id,age,score,note,age\n"), {}, ["column 'age', header", "same name"]),
    "undeclared name twice": (
        PLAIN.replace(HEAD, f"id,age,score,note,{SECRET},{SECRET}\n".encode()),
        {"extra": "drop"},
        ["column number 6, header", "same name"],
    ),
    "undeclared column": (PLAIN.replace(HEAD, f"id,age,score,note,{SECRET}\n".encode()), {}, ["header", "numbers 5"]),
    "missing column": (PLAIN.replace(b"score", SECRET.encode()), {}, ["header", "missing: 'score'"]),
    "name in another case": (PLAIN.replace(b"score", b"Score"), {}, ["header", "missing: 'score'"]),
    "semicolons, not declared": (PLAIN.replace(b",", b";"), {}, ["one column wide", "source.delimiter: ';'"]),
    "tabs, not declared": (PLAIN.replace(b",", b"\t"), {}, ["one column wide", r"source.delimiter: '\t'"]),
    "truncated gzip": (gzip.compress(PLAIN)[:-9], {"path": "sample.csv.gz"}, ["damaged or cut off"]),
    "truncated gzip, far down": (
        lambda: gzip.compress(far_down(b"p2,50,0.6,x")(), 1)[:-2000],
        {"path": "sample.csv.gz"},
        ["damaged or cut off"],
    ),
    "gzip with a wrong checksum": (
        gzip.compress(PLAIN)[:-8] + b"\0" * 8,
        {"path": "sample.csv.gz"},
        ["damaged or cut off"],
    ),
    "truncated zstd": (pa.compress(PLAIN, "zstd", asbytes=True)[:-5], {"path": "s.csv.zst"}, ["damaged or cut off"]),
    "Parquet called .csv": (as_parquet(), {}, ["content is parquet"]),
    "gzip called .csv": (gzip.compress(PLAIN), {}, ["content is gzip"]),
    "zip called .csv": (b"PK\x03\x04" + PLAIN, {}, ["content is zip"]),
    "plain text called .gz": (PLAIN, {"path": "sample.csv.gz"}, ["not gzip"]),
    "CSV called .parquet": (PLAIN, {"path": "sample.parquet"}, ["name does not fit", ".csv"]),
    "CSV read as Parquet": (PLAIN, {"path": "sample.parquet", "kind": "parquet"}, ["content is not parquet"]),
    "Parquet cut off": (as_parquet()[:-9], {"path": "s.parquet", "kind": "parquet"}, ["damaged or cut off"]),
    "Parquet with a damaged page": (
        as_parquet()[:4] + bytes(60) + as_parquet()[64:],
        {"path": "s.parquet", "kind": "parquet"},
        ["damaged or cut off"],
    ),
}


@pytest.mark.parametrize("case", LOADED)
def test_these_files_load_right(read: Callable[..., Snapshot], case: str) -> None:
    content, source, expected = LOADED[case]
    found = rows_of(read(content, **source)).table()
    assert {name: found.column(name).to_pylist() for name in expected} == expected


@pytest.mark.parametrize("case", REFUSED)
def test_these_files_are_refused_whole_by_place_and_nothing_is_written(
    read: Callable[..., Snapshot], home: Home, case: str
) -> None:
    content, source, words = REFUSED[case]
    with pytest.raises(DataError) as caught:
        read(content() if callable(content) else content, **source)
    error = caught.value
    told = str(error) + repr(error) + repr(error.args) + error.what + error.where + error.fix
    assert all(word in told for word in words), str(error)
    assert SECRET not in told
    assert error.__context__ is None and error.__cause__ is None
    assert [path for path in home.root.rglob("*") if path.is_file()] == []


def test_a_missing_file_is_refused(contract_for: Callable[..., Contract], home: Home, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        ingest(contract_for(), home, tmp_path)


def test_one_column_and_blank_lines(read: Callable[..., Snapshot]) -> None:
    columns = [{"name": "age", "type": "integer", "bounds": [0, 9], "nullable": True}]
    assert rows_of(read(b"age\r\n1\r\n\r\n2\r\n", columns)).table().to_pydict() == {"age": [1, None, 2]}
    with pytest.raises(DataError, match="data row 3"):
        read(b"age\r\n1\r\n\r\nx\r\n", columns)
    with pytest.raises(DataError, match="data row 3"):
        read(b"age\r\n1\r\n\r\n\0\r\n", columns)


def test_same_content_is_stored_once_under_one_id(read: Callable[..., Snapshot], home: Home) -> None:
    first = read(PLAIN)
    before = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    again = read(b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"))
    assert again == first == load(home, "sample", first.id)
    assert {path: path.stat().st_mtime_ns for path in first.path.iterdir()} == before
    assert read(PLAIN.replace(b"50", b"51")).id != first.id


def test_id_depends_on_the_vaults_key(
    read: Callable[..., Snapshot], contract_for: Callable[..., Contract], tmp_path: Path
) -> None:
    assert read(PLAIN).id != ingest(contract_for(), Home(tmp_path / "other"), tmp_path).id


def test_vault_is_closed_to_others(read: Callable[..., Snapshot], home: Home) -> None:
    snapshot = read(PLAIN)
    folders = [home.vault, *[path for path in home.vault.rglob("*") if path.is_dir()]]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in snapshot.path.iterdir()} == {0o400}
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.vault.rglob("*"))
    assert [path.name for path in snapshot.path.parent.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_snapshot_is_replaced(read: Callable[..., Snapshot], home: Home) -> None:
    snapshot = read(PLAIN)
    data = snapshot.path / "data.parquet"
    data.chmod(0o600)
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(DataError, match="missing or damaged"):
        load(home, "sample", snapshot.id)
    assert read(PLAIN) == snapshot
    assert rows_of(load(home, "sample", snapshot.id)).table().to_pydict() == ROWS


def test_what_a_killed_run_left_is_removed(read: Callable[..., Snapshot], home: Home) -> None:
    left = home.vault / "snapshots" / "sample" / ".draft-killed"
    left.mkdir(parents=True)
    (left / "raw.parquet").write_bytes(b"rows")
    read(PLAIN)
    assert not left.exists()


def test_a_file_that_changes_meanwhile_is_refused(
    contract_for: Callable[..., Contract], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(PLAIN)

    def another_writer(*_: Any) -> None:
        path.write_bytes(PLAIN + LAST)

    module = importlib.import_module("noctule.ingest.ingest")
    monkeypatch.setattr(module, "require_sha256", another_writer)  # called between the first look and the reading
    with pytest.raises(DataError, match="changed while it was read"):
        ingest(contract_for(), home, tmp_path)
    assert list((home.vault / "snapshots" / "sample").iterdir()) == []
