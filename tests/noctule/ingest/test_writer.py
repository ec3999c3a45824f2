"""The stored file and its fingerprint: the content decides, not how it came."""

import itertools
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.errors import DataError
from noctule.ingest.fingerprint import canonical
from noctule.ingest.parquet import ROWS
from noctule.ingest.writer import write_parquet
from tests.noctule.ingest.tables import tables


def content(batch: pa.RecordBatch) -> bytes:
    return b"".join(bytes(memoryview(buffer).cast("B")) for buffer in canonical(batch))


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(0, 5))
def test_content_does_not_depend_on_how_it_lies_in_memory(table: pa.Table, before: int) -> None:
    batch = table.combine_chunks().to_batches()[0]
    padded = pa.concat_batches([batch] * 3)
    assert content(padded.slice(len(batch), len(batch))) == content(batch)
    assert len(content(batch)) < len(content(padded))


def test_what_lies_under_a_null_does_not_count() -> None:
    valid = pa.array([1, None, 3]).buffers()[0]
    under = [pa.Array.from_buffers(pa.int64(), 3, [valid, pa.array([1, x, 3]).buffers()[1]]) for x in (7, 8)]
    assert content(pa.record_batch([under[0]], ["x"])) == content(pa.record_batch([under[1]], ["x"]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, None], [1, 0]),
        (["a", "bc"], ["ab", "c"]),
        (["", None], [None, ""]),
        ([True, None], [True, False]),
        ([0.0, 1.0], [-0.0, 1.0]),
    ],
)
def test_other_content_is_told_apart(one: list[object], other: list[object]) -> None:
    assert content(pa.record_batch([pa.array(one)], ["x"])) != content(pa.record_batch([pa.array(other)], ["x"]))


def test_batch_sizes_do_not_matter(tmp_path: Path) -> None:
    table = pa.table({"x": range(2 * ROWS + 5), "t": pa.array([str(i % 7) for i in range(2 * ROWS + 5)])})
    chance, cuts = random.Random(1), [0]
    while cuts[-1] < len(table):
        cuts.append(min(len(table), cuts[-1] + chance.randint(1, ROWS)))
    pieces = [table.slice(a, b - a).combine_chunks().to_batches()[0] for a, b in itertools.pairwise(cuts)]
    found = [
        write_parquet(batches, table.schema, tmp_path / name)
        for name, batches in (("a", pieces), ("b", table.to_batches()))
    ]
    assert found[0] == found[1] and found[0][0] == len(table)
    file = pq.ParquetFile(tmp_path / "a")
    assert [file.metadata.row_group(i).num_rows for i in range(3)] == [ROWS, ROWS, 5]
    assert file.read().equals(table)


def test_names_and_types_are_content(tmp_path: Path) -> None:
    tables = [pa.table({"x": [1]}), pa.table({"y": [1]}), pa.table({"x": pa.array([1], pa.uint64())})]
    found = {write_parquet(table.to_batches(), table.schema, tmp_path / "x")[1] for table in tables}
    assert len(found) == 3


def test_a_dictionary_too_small_for_the_table(tmp_path: Path) -> None:
    kind = pa.dictionary(pa.int8(), pa.string())
    batches = [pa.record_batch([pa.array([f"v{i}" for i in range(a, a + 100)]).cast(kind)], ["c"]) for a in (0, 50)]
    with pytest.raises(DataError, match=r"'c'.*more different values") as caught:
        write_parquet(batches, batches[0].schema, tmp_path / "x")
    assert caught.value.__context__ is None
