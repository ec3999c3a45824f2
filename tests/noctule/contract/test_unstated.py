"""A file without a contract: what its header tells, and what is left open."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract.arrow import source_schema
from noctule.contract.columns import BooleanColumn, IdentifierColumn, OpenColumn, PiiColumn
from noctule.contract.unstated import unstated
from noctule.errors import UsageError

KEYS = {"epsilon": 1.0, "delta": 1e-6, "engine": None}


def test_a_header_settles_roles_and_leaves_the_rest_open(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("person_id;email;age;job\n1;a@b.org;30;cook\n")
    found = unstated(
        tmp_path / "v.csv",
        "v",
        population="v",
        unit={"column": "person_id", "max_rows": 2},
        categorical=["job"],
        **KEYS,
    )
    person, email, age, job = found.columns
    assert isinstance(person, IdentifierColumn) and isinstance(email, PiiColumn) and email.release == "drop"
    assert isinstance(age, OpenColumn) and age.type == "unknown"
    assert isinstance(job, OpenColumn) and job.type == "category"
    assert found.source.delimiter == ";" and found.unit.max_rows == 2 and found.privacy.cap.epsilon == 3.0
    found.require_public_domains()


def test_a_parquet_file_states_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([1], pa.int16()),
            "x": pa.array([1.0], pa.float32()),
            "ok": [True],
            "t": pa.array([0], pa.timestamp("ms", "UTC")),
            "job": pa.array(["a"]).dictionary_encode(),
            "list": [[1]],
        }
    )
    pq.write_table(table, tmp_path / "v.parquet")
    found = unstated(
        tmp_path / "v.parquet", "v", population="v", unit={"column": None, "max_rows": 1}, categorical=[], **KEYS
    )
    types = {c.name: c.type for c in found.columns if isinstance(c, OpenColumn | BooleanColumn)}
    assert types == {"n": "integer", "x": "number", "ok": "boolean", "t": "datetime", "job": "unknown"}
    assert found.source.extra == "drop"
    assert source_schema(found).types == table.drop(["list"]).schema.types


@pytest.mark.parametrize("words", [{"categorical": ["nobody"]}, {"unit": {"column": "nobody", "max_rows": 1}}])
def test_a_column_that_is_not_there_is_refused(tmp_path: Path, words: dict) -> None:
    (tmp_path / "v.csv").write_text("a,b\n1,2\n")
    given = {"unit": {"column": None, "max_rows": 1}, "categorical": []} | words
    with pytest.raises(UsageError, match="no column 'nobody'"):
        unstated(tmp_path / "v.csv", "v", population="v", **given, **KEYS)
