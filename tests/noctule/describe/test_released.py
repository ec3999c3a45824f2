"""What a release may tell: by kind of column and level; levels only ever add."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.contract import Contract
from noctule.contract.columns import LLM_LEVELS
from noctule.contract.load import parse
from noctule.describe.facts import Facts, at_level
from noctule.describe.released import SAMPLES, _told, released_facts, tellable
from noctule.home import Home

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
  - {name: kind, type: category, categories: [a, b], domain_source: data_draft}
  - {name: seen, type: date, bounds: [2000-01-01, 2026-01-01]}
  - {name: ill, type: boolean}
  - {name: open, domain_source: dp_estimated}
  - {name: less, type: boolean, external_llm: schema}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return parse(CONTRACT, "clinic.yaml")


def test_only_stated_domains_at_a_high_level_are_told_of(contract: Contract) -> None:
    assert [one.name for one in contract.columns if tellable(contract, one)] == ["age", "drug", "seen", "ill"]


def test_without_a_release_nothing_is_told(contract: Contract, tmp_path: object) -> None:
    assert released_facts(Home(tmp_path), contract) == {}


def test_words_of_each_kind(contract: Contract) -> None:
    from datetime import date

    def told(name: str, values: list[object]) -> object:
        return _told(contract.column(name), pa.chunked_array([pa.array(values)]), "r1")

    assert told("age", [*range(1, 100), None])[0] == ("quartiles about 25, 50, 75", "empty in about 1 % of rows")
    statistics, samples = told("drug", ["a"] * 60 + ["b"] * 30 + ["other"] * 10)
    assert statistics == ("a in about 60 %", "b in about 30 %") and set(samples) == {"a", "b"}
    assert told("ill", [True, False, False, False])[0] == ("true in about 25 %",)
    assert told("seen", [date(2001, 1, 1), date(2010, 1, 1), date(2011, 1, 1), date(2020, 1, 1)])[0] == (
        "middle half from 2010 to 2020",
    )
    assert told("age", [None])[0] == ()


def test_samples_are_few_and_the_same_for_one_release(contract: Contract) -> None:
    values = pa.chunked_array([pa.array(range(90))])
    one, again, other = (_told(contract.column("age"), values, release) for release in ("r1", "r1", "r2"))
    assert len(one.samples) == SAMPLES and one == again and one.samples != other.samples


@given(st.builds(Facts, table=st.text(), column=st.text(), unit=st.text(), samples=st.tuples(st.text()),
                 statistics=st.tuples(st.text()), values=st.tuples(st.text())))  # fmt: skip
def test_a_higher_level_tells_all_that_a_lower_one_tells(facts: Facts) -> None:
    told = [at_level(facts, level) for level in LLM_LEVELS]
    sets = [set() if one is None else set(one.model_dump(exclude_defaults=True)) for one in told]
    assert all(lower <= higher for lower, higher in pairwise(sets))
