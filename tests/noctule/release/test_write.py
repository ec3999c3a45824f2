"""Files are whole or absent; a passport never touches the rows; CSV reads back as what it was."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.errors import BundleError
from noctule.release.passport import read_passport
from noctule.release.write import seal, write_csv, write_parquet

TYPES = [
    pa.int64(),
    pa.int8(),
    pa.float64(),
    pa.bool_(),
    pa.string(),
    pa.large_string(),
    pa.timestamp("ns", "Asia/Tokyo"),
]
TYPES += [pa.date32(), pa.dictionary(pa.int8(), pa.string()), pa.decimal128(10, 2)]
FACTS = {"epsilon": 1.0, "dataset": "ä"}


@st.composite
def blocks(draw: st.DrawFn) -> list[pa.Table]:
    """Up to three blocks of a table with one column of each type; small values that every type can hold, and nulls."""
    values = st.lists(st.none() | st.integers(0, 9), max_size=5)
    return [
        pa.table({str(t): _column(rows, t) for t in TYPES}) for rows in draw(st.lists(values, min_size=1, max_size=3))
    ]


def _column(values: list[int | None], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array([None if v is None else str(v) for v in values], pa.string()).dictionary_encode().cast(kind)
    plain = pa.array(values, pa.int32() if pa.types.is_date(kind) else pa.int64())
    return plain.cast(pa.decimal128(21, 2)).cast(kind) if pa.types.is_decimal(kind) else plain.cast(kind)


@settings(max_examples=25, deadline=None)
@given(content=blocks())
def test_a_sealed_copy_has_the_same_rows_types_and_row_group_bytes(
    content: list[pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("seal")
    staged, sealed = folder / "staged.parquet", folder / "sealed.parquet"
    write_parquet(content, content[0].schema, staged, passport=None)
    seal(staged, sealed, FACTS)
    assert read_passport(sealed) == FACTS
    before, after = pq.read_table(staged), pq.read_table(sealed)
    assert after.equals(before) and after.schema.remove_metadata().equals(before.schema)
    assert after.to_pylist() == pa.concat_tables(content, promote_options="none").to_pylist()
    rows = staged.read_bytes()
    rows = rows[: len(rows) - 8 - int.from_bytes(rows[-8:-4], "little")]
    assert sealed.read_bytes().startswith(rows)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_a_column_that_comes_as_a_dictionary_is_stored_as_its_declared_type(tmp_path: Path, kind: pa.DataType) -> None:
    """The file is the one that Arrow writes from plain cells: same types, same footer, same values, fewer steps."""
    words = pa.array(["b", "a", "never"])
    tables = [
        pa.table({"x": pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), words)})
        for codes in ([1, 0, None, 1], [0], [])
    ]
    field = pa.field("x", kind, metadata={"description": "ä"})
    write_parquet(tables, pa.schema([field]), tmp_path / "x.parquet", FACTS)
    read = pq.read_table(tmp_path / "x.parquet")
    assert read["x"].to_pylist() == ["a", "b", None, "a", "b"]
    plain = pa.table([read["x"].cast(kind)], pa.schema([field], read.schema.metadata))
    pq.write_table(plain, tmp_path / "plain.parquet")
    ours, theirs = (pq.read_metadata(tmp_path / name) for name in ("x.parquet", "plain.parquet"))
    assert ours.metadata == theirs.metadata and ours.schema.equals(theirs.schema)
    assert "RLE_DICTIONARY" in ours.row_group(0).column(0).encodings


def test_a_passport_may_be_given_from_the_start(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2]})
    write_parquet([table], table.schema, tmp_path / "x.parquet", FACTS)
    assert read_passport(tmp_path / "x.parquet") == FACTS
    assert pq.read_table(tmp_path / "x.parquet").replace_schema_metadata() == table


@pytest.mark.parametrize("keep", [0, 3, 100, -4])
def test_a_cut_file_is_not_sealed(tmp_path: Path, keep: int) -> None:
    table = pa.table({"a": [1, 2]})
    write_parquet([table], table.schema, tmp_path / "x.parquet", None)
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:keep])
    with pytest.raises(BundleError, match="not a whole Parquet file"):
        seal(tmp_path / "cut.parquet", tmp_path / "sealed.parquet", FACTS)


@pytest.mark.parametrize("name", ["x.parquet", "x.csv"])
def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")

    def failing() -> Iterator[pa.Table]:
        yield pa.table({"a": [1]})
        raise RuntimeError("stop")

    schema = pa.schema([("a", pa.int64())])
    with pytest.raises(RuntimeError, match="stop"):
        if name.endswith("csv"):
            write_csv(failing(), schema, tmp_path / name)
        else:
            write_parquet(failing(), schema, tmp_path / name, None)
    assert [path.name for path in tmp_path.iterdir()] == [name] and (tmp_path / name).read_text() == "old"


def test_csv_quotes_what_needs_it_and_tells_null_from_text(tmp_path: Path) -> None:
    words = ["plain", 'a "b", c', "line\nbreak", "", None]
    table = pa.table(
        {"word": pa.array(words).dictionary_encode(), "number": [1, None, 3, 4, 5], "on": [True, None] * 2 + [False]}
    )
    write_csv([table.slice(0, 2), table.slice(2)], table.schema, tmp_path / "x.csv", null="NA")
    read = pyarrow.csv.read_csv(
        tmp_path / "x.csv",
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True),
    )
    assert read.to_pylist() == table.to_pylist()
