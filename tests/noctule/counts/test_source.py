"""Wherever the rows lie, the counts are those made by hand."""

import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.counts import CodesCounts, DuckCounts, ParquetCounts, write_codes
from noctule.errors import DataError
from tests.noctule.counts.tables import by_hand, cliques, domains, draw, every_kind


@settings(max_examples=15, deadline=None)
@given(data=st.data(), domain=domains(), rows=st.integers(0, 60), seed=st.integers(0, 99))
def test_every_kind_counts_each_row_once_in_its_cell(
    data: st.DataObject, domain: dict[str, int], rows: int, seed: int
) -> None:
    codes, wanted = draw(domain, rows, seed), data.draw(cliques(domain))
    expected = by_hand(codes, wanted, domain)
    with tempfile.TemporaryDirectory() as folder:
        for counts in every_kind(codes, domain, Path(folder)):
            found = counts.marginals(wanted)
            assert found.keys() == expected.keys() and counts.domain == domain
            for clique in wanted:
                assert found[clique].dtype == np.int64
                assert np.array_equal(found[clique], expected[clique])


@settings(max_examples=8, deadline=None)
@given(data=st.data(), domain=domains(), seed=st.integers(0, 99))
def test_coarse_codes_are_codes_looked_up(data: st.DataObject, domain: dict[str, int], seed: int) -> None:
    """Grouped once and twice, in every kind: as if the rows had been rewritten."""
    codes, wanted = draw(domain, 40, seed), data.draw(cliques(domain))
    rng = np.random.default_rng(seed)
    named = data.draw(st.sets(st.sampled_from(list(domain))))
    first = {name: np.unique(rng.integers(0, 5, domain[name]), return_inverse=True)[1] for name in named}
    middle = {name: first[name][column] if name in named else column for name, column in codes.items()}
    sizes = {name: int(first[name].max()) + 1 if name in named else size for name, size in domain.items()}
    halved = next(iter(domain))
    last = {name: column // 2 if name == halved else column for name, column in middle.items()}
    half = np.arange(sizes[halved]) // 2
    with tempfile.TemporaryDirectory() as folder:
        for fine in every_kind(codes, domain, Path(folder)):
            counts = fine.grouped(first)
            assert counts.domain == sizes
            expected = by_hand(middle, wanted, sizes)
            assert all(np.array_equal(found, expected[clique]) for clique, found in counts.marginals(wanted).items())
            counts = counts.grouped({halved: half})
            assert counts.domain == {**sizes, halved: int(half.max()) + 1}
            for name, column in counts.codes().items():
                assert column.dtype == np.int32 and np.array_equal(column, last[name])


def test_all_pairs_of_a_usual_table_over_many_blocks(tmp_path: Path) -> None:
    domain = {"a": 2, "b": 7, "c": 41, "d": 100, "e": 3, "f": 16}
    codes = draw(domain, 600_000, 1)
    pairs = list(combinations(domain, 2))
    rows = codes["a"].size
    for counts in every_kind(codes, domain, tmp_path):
        for (a, b), found in counts.marginals(pairs).items():
            assert found.sum() == rows
            expected = np.bincount(codes[a] * domain[b] + codes[b], minlength=found.size)
            assert np.array_equal(found.ravel(), expected)


@pytest.mark.parametrize("code", [-1, 3])
def test_a_foreign_code_is_refused_without_being_shown(code: int, tmp_path: Path) -> None:
    """Also where it would fall into a cell of the packed table, or be grouped."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wrong = {"a": np.array([0, code, 1], np.int32), "b": np.zeros(3, np.int32)}
    pq.write_table(pa.table(wrong), tmp_path / "x.parquet")
    domain = {"a": 3, "b": 2}
    for counts in (
        CodesCounts(wrong, domain),
        ParquetCounts(tmp_path, domain),
        DuckCounts(tmp_path, domain),
    ):
        for seen in (counts, counts.grouped({"a": np.array([0, 0, 1])})):
            assert seen.marginals([("b",)])["b",].tolist() == [3, 0]
            for ask in (lambda seen=seen: seen.marginals([("b", "a")]), seen.codes):
                with pytest.raises(DataError, match="'a' holds a code outside its domain of 3") as caught:
                    ask()
                assert str(code) not in str(caught.value).replace("domain of 3", "")


def test_a_null_is_a_foreign_code(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": pa.array([0, None, 1], pa.uint8())}), tmp_path / "x.parquet")
    for counts in (ParquetCounts(tmp_path, {"a": 3}), DuckCounts(tmp_path, {"a": 3})):
        with pytest.raises(DataError, match="outside its domain"):
            counts.marginals([("a",)])


def test_no_file_is_not_a_table_of_no_rows(tmp_path: Path) -> None:
    for counts in (ParquetCounts(tmp_path, {"a": 3}), DuckCounts(tmp_path, {"a": 3})):
        with pytest.raises(DataError, match="no Parquet file"):
            counts.marginals([("a",)])


def test_groups_must_fit_the_domain(tmp_path: Path) -> None:
    write_codes([{"a": np.zeros(1, np.int32)}], {"a": 3}, tmp_path / "x.parquet")
    for counts in (CodesCounts({"a": np.zeros(1, np.int32)}, {"a": 3}), DuckCounts(tmp_path, {"a": 3})):
        for group in (np.zeros(2, np.int64), np.array([0, -1, 1])):
            with pytest.raises(ValueError, match="one code"):
                counts.grouped({"a": group})


def test_duckdb_may_not_write_a_file() -> None:
    """Codes are raw: a spill would lie outside the vault."""
    import duckdb

    from noctule.counts.duck import SETTINGS

    with duckdb.connect(config=SETTINGS) as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == ("",)
