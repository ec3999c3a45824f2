"""The offline describer: where its words come from, and that it never claims more than it knows."""

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.describe.default import offline
from noctule.describe.facts import Facts
from noctule.describe.glossary import _shipped, load
from noctule.describe.names import expand, key, split
from noctule.describe.offline import _with_facts, describe
from noctule.errors import UsageError

UNITS = {
    "",
    "%",
    "USD",
    "beats per minute",
    "breaths per minute",
    "bytes",
    "children",
    "cm",
    "days",
    "degrees",
    "hours",
    "hours per week",
    "kg",
    "kg/m²",
    "minutes",
    "mmHg",
    "ms",
    "percent",
    "persons",
    "stays",
    "visits",
    "years",
}


def test_note_of_the_contract_is_taken_as_it_is():
    answer, source = describe(Facts(table="t", column="age", note="Age at visit."))
    assert (answer.description, source) == ("Age at visit.", "contract")


def test_glossary_names_unit_bounds_and_nulls():
    facts = Facts(table="t", column="AGEP", type="integer", bounds=("0", "110"), nullable=True)
    answer, source = describe(facts)
    assert source == "glossary"
    assert answer.description == "Age of the person in completed years; 0 to 110 years; empty where unknown"


def test_declared_unit_wins():
    answer, _ = describe(Facts(table="t", column="age", type="integer", unit="months"))
    assert answer.unit == "months"


def test_unreadable_name_is_not_described():
    answer, source = describe(Facts(table="t", column="XQ17"))
    assert source == "name only"
    assert answer.description == "No description known (from the name only)"


def test_name_only_says_so():
    answer, source = describe(Facts(table="t", column="num_widget_orders"))
    assert (answer.description, source) == ("Number of widget orders (from the name only)", "name only")


@given(st.text(min_size=1, max_size=300), st.text(max_size=400))
def test_any_name_and_note_give_a_description_of_legal_length(column: str, note: str):
    facts = Facts(table="t", column=column, note=note)
    assert describe(facts) == describe(facts)
    assert 1 <= len(describe(facts)[0].description) <= 240


def test_spellings_of_a_name_are_one():
    assert key("capital-gain") == key("capitalGain") == key("Capital_Gain")
    assert expand(split("avg_order_amt")) == "average order amount"


def test_packs_ship_with_the_package():
    assert any(f.name.endswith(".yaml") for f in (files("noctule.describe") / "glossaries").iterdir())


def test_own_pack_comes_first_and_a_double_name_is_an_error(tmp_path):
    entry = "  - {names: [age], description: Age of the tree, semantic_type: age}\n"
    (tmp_path / "own.yaml").write_text("entries:\n" + entry)
    assert describe(Facts(table="t", column="age"), load(tmp_path))[0].description == "Age of the tree"
    (tmp_path / "own.yaml").write_text("entries:\n" + entry * 2)
    with pytest.raises(UsageError, match=r"own.yaml: entries.1"):
        load(tmp_path)


def test_the_shipped_packs_are_plain_and_agree() -> None:
    """A name in two packs, with nothing to tell them apart, would be described by neither or by chance."""
    seen: dict[str, str] = {}
    for number, pack in enumerate(_shipped()):
        for entry in pack.entries:
            assert entry.description[0].isupper() and not entry.description.endswith("."), entry.names
            assert entry.unit in UNITS, entry.names
            for name in {key(alias) for alias in entry.names} if entry.when is None else ():
                assert seen.setdefault(name, str(number)) == str(number), name


def test_a_short_name_of_a_survey_is_described_only_there() -> None:
    assert describe(Facts(table="ACS persons", column="MAR"))[0].description == "Marital status of the person"
    assert describe(Facts(table="Sales by month", column="mar"))[1] == "name only"


def test_a_bad_glossary_of_the_deployment_stops_a_person_and_no_night(tmp_path: Path) -> None:
    (tmp_path / "glossaries").mkdir()
    (tmp_path / "glossaries" / "ours.yaml").write_text("entries: 7")
    with pytest.raises(UsageError, match="glossary entry"):
        offline(tmp_path)
    assert offline(tmp_path, unattended=True).version == offline().version


def test_a_public_code_list_is_told_where_all_codes_are_known() -> None:
    known = Facts(table="ACS persons", column="MAR", type="category", values=("1", "2", "3", "4", "5"))
    assert "4 = separated" in describe(known)[0].description
    other = known.model_copy(update={"values": ("1", "2", "9")})
    assert " = " not in describe(other)[0].description
    labelled = known.model_copy(update={"labels": {"4": "apart"}})
    assert "4 = apart" in describe(labelled)[0].description


def test_code_lists_fit_into_a_description() -> None:
    """Lists of ten codes and fewer; longer ones are told where the contract declares a part that fits."""
    for pack in _shipped():
        for entry in pack.entries:
            if not 0 < len(entry.codes) <= 10:
                continue
            facts = Facts(table="t", column=entry.names[0], type="category", values=tuple(entry.codes))
            told = _with_facts(entry, facts)
            assert all(f"{code} = {meaning}" in told for code, meaning in entry.codes.items()), entry.names
