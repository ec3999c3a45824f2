"""What may be told of a column: each level what it says, and no field for a raw value."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.contract.columns import LLM_LEVELS
from noctule.contract.load import parse
from noctule.contract.model import Contract
from noctule.describe.facts import Facts, at_level, schema_facts
from noctule.errors import ContractError

CONTRACT = """
name: clinic
title: A clinic
population: clinic
source: {kind: csv, path: clinic.csv}
unit: row
external_llm: LEVEL
columns:
  - {name: age, type: integer, bounds: [0, 99], unit: years, external_llm: dp_stats}
  - {name: drug, type: category, categories: [a, b], domain_source: SOURCE, external_llm: names_only}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""


def contract(level: str = "schema", source: str = "public") -> Contract:
    return parse(CONTRACT.replace("LEVEL", level).replace("SOURCE", source), "clinic.yaml")


def test_the_stricter_level_holds() -> None:
    assert [contract().llm_level(column) for column in contract().columns] == ["schema", "names_only"]
    assert [contract("forbid").llm_level(column) for column in contract().columns] == ["forbid", "forbid"]
    wide = contract("synthetic_samples")
    assert [wide.llm_level(column) for column in wide.columns] == ["dp_stats", "names_only"]


def test_levels_tell_ever_more() -> None:
    full = schema_facts(contract(), contract().columns[0]).model_copy(
        update={"statistics": ("median about 40",), "samples": ("41",)}
    )
    told = [at_level(full, level) for level in LLM_LEVELS]
    assert told[0] is None
    assert told[1] == Facts(table="A clinic", column="age")
    assert told[2] is not None and told[2].bounds == ("0", "99") and not told[2].statistics
    assert told[3] is not None and told[3].statistics and not told[3].samples
    assert told[4] == full


WORDS = st.lists(st.text(), max_size=3).map(tuple)


@given(
    st.builds(
        Facts, table=st.text(), column=st.text(), note=st.text(), type=st.none() | st.text(), unit=st.text(),
        bounds=st.none() | st.tuples(st.text(), st.text()), values=WORDS, labels=st.dictionaries(st.text(), st.text()),
        nullable=st.none() | st.booleans(), statistics=WORDS, samples=WORDS,
    )
)  # fmt: skip
def test_a_higher_level_tells_all_that_a_lower_one_tells_and_nothing_made_up(facts: Facts) -> None:
    told = [one.model_dump(exclude_defaults=True) if one else {} for one in (at_level(facts, at) for at in LLM_LEVELS)]
    for lower, higher in pairwise(told):
        assert lower == {key: higher[key] for key in lower}
    assert told[-1] == facts.model_dump(exclude_defaults=True)
    assert set(told[2]).isdisjoint({"statistics", "samples"}) and "samples" not in told[3]


def test_a_drafted_domain_is_no_public_fact() -> None:
    assert schema_facts(contract(), contract().columns[1]).values == ("a", "b")
    drafted = contract(source="data_draft")
    assert schema_facts(drafted, drafted.columns[1]).values == ()


def test_what_leaves_is_signed_and_costs_no_refit() -> None:
    plain = contract()
    assert contract("dp_stats").fit_digest() == plain.fit_digest()
    assert contract("dp_stats").approval_digest() != plain.approval_digest()


def test_a_file_cannot_say_who_described_a_column() -> None:
    text = CONTRACT.replace("LEVEL", "schema").replace("SOURCE", "public").replace("unit: years", "told: {}")
    with pytest.raises(ContractError, match="told is filled in by noctule"):
        parse(text, "clinic.yaml")
