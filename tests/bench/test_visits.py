"""The made visits fit their contract, come to 1 to 40 a person, and those of one person are alike."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench import visits
from noctule.codes import Codec
from noctule.contract.arrow import source_schema
from noctule.contract.load import load
from noctule.ingest.delimited import read_csv
from noctule.ingest.source import Promise


@pytest.fixture(scope="module")
def rows() -> dict[str, np.ndarray]:
    return visits.table(4000, np.random.default_rng(1))


def test_every_row_has_codes(tmp_path: Path) -> None:
    contract = load(visits.write(tmp_path, 500))
    schema = source_schema(contract)
    read = pa.Table.from_batches(
        read_csv(tmp_path / "visits.csv", contract.source, schema, Promise(None, None)), schema
    )
    codes = Codec(contract).encode(read)
    assert {len(column) for column in codes.values()} == {read.num_rows}


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    one, other = (visits.write(tmp_path / name, 100).with_suffix(".csv").read_bytes() for name in "ab")
    assert one == other


def test_a_person_comes_1_to_40_times_and_frequent_ones_make_half_of_the_rows(rows: dict[str, np.ndarray]) -> None:
    _, times = np.unique(rows["patient_id"], return_counts=True)
    assert (len(times), times.min(), times.max()) == (4000, 1, visits.MOST)
    assert 0.05 < (times >= 10).mean() < 0.15 and times[times >= 10].sum() > 0.4 * times.sum()


def test_frequent_persons_differ_and_each_is_like_itself(rows: dict[str, np.ndarray]) -> None:
    """So that a table cut to one row a person is another one: a choice of k has something to lose."""
    _, who, times = np.unique(rows["patient_id"], return_inverse=True, return_counts=True)
    often, kidney = times[who] >= 10, rows["diagnosis"] == "kidney"
    assert kidney[often].mean() > 5 * kidney[~often].mean()
    mine = np.bincount(who, weights=kidney) / times
    assert (np.maximum(mine, 1 - mine)[times >= 10] > 0.75).mean() > 0.95
