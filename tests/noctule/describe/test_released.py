"""What a release may tell: by kind of column, of a sound release alone, and only of columns that did not change."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import Contract
from noctule.contract.load import parse
from noctule.describe.released import SAMPLES, _told, released_facts, tellable
from noctule.home import Home
from noctule.release.layout import DATA, DATAPACKAGE, POINTER

CONTRACT = """
name: clinic
population: clinic
source: {kind: csv, path: clinic.csv}
unit: row
external_llm: synthetic_samples
columns:
  - {name: key, role: identifier, release: surrogate}
  - {name: who, role: pii, pii: person_name, release: fake}
  - {name: said, role: free_text}
  - {name: age, type: integer, bounds: [0, 99]}
  - {name: drug, type: category, categories: [a, b], other: true}
  - {name: size, type: category, categories: [s, m], domain_source: codebook}
  - {name: kind, type: category, categories: [a, b], domain_source: data_draft}
  - {name: seen, type: date, bounds: [2000-01-01, 2026-01-01]}
  - {name: ill, type: boolean}
  - {name: open, domain_source: dp_estimated}
  - {name: less, type: boolean, external_llm: schema}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""


@pytest.fixture(scope="module")
def clinic() -> Contract:
    return parse(CONTRACT, "clinic.yaml")


def test_only_stated_domains_at_a_high_level_are_told_of(clinic: Contract) -> None:
    assert [one.name for one in clinic.columns if tellable(clinic, one)] == [
        "age", "drug", "size", "seen", "ill",
    ]  # fmt: skip


def test_without_a_release_nothing_is_told(clinic: Contract, home: Home) -> None:
    assert released_facts(home, clinic) == {}


def test_words_of_each_kind(clinic: Contract) -> None:
    from datetime import date

    def told(name: str, values: list[object]) -> object:
        return _told(clinic.column(name), pa.chunked_array([pa.array(values)]), "r1")

    assert told("age", [*range(1, 100), None])[0] == ("quartiles about 25, 50, 75", "empty in about 1 % of rows")
    statistics, samples = told("drug", ["a"] * 60 + ["b"] * 30 + ["other"] * 10)
    assert statistics == ("a in about 60 %", "b in about 30 %") and set(samples) == {"a", "b"}
    assert told("ill", [True, False, False, False])[0] == ("true in about 25 %",)
    assert told("seen", [date(2001, 1, 1), date(2010, 1, 1), date(2011, 1, 1), date(2020, 1, 1)])[0] == (
        "middle half from 2010 to 2020",
    )
    assert told("age", [None])[0] == ()


def test_samples_are_few_and_the_same_for_one_release(clinic: Contract) -> None:
    values = pa.chunked_array([pa.array(range(90))])
    one, again, other = (_told(clinic.column("age"), values, release) for release in ("r1", "r1", "r2"))
    assert len(one.samples) == SAMPLES and one == again and one.samples != other.samples


def test_what_the_contract_no_longer_states_is_not_told() -> None:
    """Codes, or text where numbers are now, that a release of an earlier contract still holds."""
    now = CONTRACT.replace("[0, 99]}", "[0, 99], special: {N: none}}")
    old = pa.chunked_array([["1", "N", "EARLIER", "2", "3", "4000", None]])
    statistics, samples = _told(parse(now, "clinic.yaml").column("age"), old, "r1")
    assert statistics[0] == "quartiles about 1, 2, 3" and set(samples) == {"1", "N", "2", "3"}


def told(home: Home, contract: Contract, column: str = "", **changes: Any) -> dict[str, Any]:
    """Of the contract at the highest level, with one column changed."""
    columns = [one.model_copy(update=changes if one.name == column else {}) for one in contract.columns]
    more = {"external_llm": "synthetic_samples", "columns": tuple(columns)}
    return dict(released_facts(home, contract.model_copy(update=more)))


def test_a_published_release_tells_of_itself(published: Path, home: Home, contract: Contract) -> None:
    facts = told(home, contract)
    assert set(facts) == {"age", "weight", "drug", "day", "seen", "back"}
    rows = pq.read_table(published / DATA)
    ages = set(map(str, rows["age"].to_pylist()))
    assert len(facts["age"].samples) == SAMPLES and set(facts["age"].samples) <= ages
    assert all(one.statistics for one in facts.values())


@pytest.mark.parametrize(
    ("column", "changes"),
    [
        ("age", {"unit": "months"}),
        ("age", {"bounds": (0, 50)}),
        ("age", {"type": "number", "arrow": None}),
        ("weight", {"nullable": False}),
        ("drug", {"categories": ("none", "Lisinopril")}),
        ("drug", {"other": True}),
    ],
)
def test_a_column_that_changed_since_is_not_told_of(
    published: Path, home: Home, contract: Contract, column: str, changes: dict[str, Any]
) -> None:
    assert set(told(home, contract)) - set(told(home, contract, column, **changes)) == {column}


def test_a_description_or_a_level_changes_no_column(published: Path, home: Home, contract: Contract) -> None:
    assert told(home, contract, "age", description="Else", external_llm="dp_stats") == told(home, contract)


@pytest.mark.parametrize("damage", ["a file", "the data", "no package", "no release", "the pointer"])
def test_an_unsound_release_tells_nothing(
    published: Path, home: Home, contract: Contract, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    known = told(home, contract)
    match damage:
        case "a file":
            (published / DATAPACKAGE).write_text("{}")
        case "the data":
            content = bytearray((published / DATA).read_bytes())
            content[len(content) // 2] ^= 1
            (published / DATA).write_bytes(content)
        case "no package":
            (published / DATAPACKAGE).unlink()
        case "no release":
            published.rename(published.with_name("elsewhere"))
        case _:
            (home.lake / contract.name / POINTER).write_text('{"data": 3')
    caplog.clear()
    assert known and told(home, contract) == {}
    assert "told of" in caplog.text
    assert not any(sample in caplog.text for sample in known["weight"].samples)
