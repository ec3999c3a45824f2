"""Who says what of a column: a person's words stand, gaps are filled, only what changed is asked again."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.contract import Contract
from noctule.contract.load import parse
from noctule.describe import entries as files
from noctule.describe.answer import Description
from noctule.describe.describe import Describer, Suggestion, approve, described, open_columns, settled, worded
from noctule.describe.entries import Entry
from noctule.describe.facts import Facts
from noctule.errors import ContractError, UsageError

CONTRACT = """
name: clinic
population: clinic
source: {kind: csv, path: clinic.csv}
unit: {column: person, max_rows: 1}
columns:
  - {name: person, role: identifier}
  - {name: age, type: integer, bounds: [0, 99], bins: 10}
  - {name: ill, type: boolean, description: Whether ill on the day}
  - {name: drug, type: category, categories: [a, b]}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""


def contract(old: str = "", new: str = "") -> Contract:
    return parse(CONTRACT.replace(old, new), "clinic.yaml")


class Asked:
    """A describer that remembers what it was asked, and numbers its answers."""

    def __init__(self, version: str = "one") -> None:
        self.columns: list[str] = []
        self.describer = Describer(version, self._suggest)

    def _suggest(self, asked: Sequence[Facts]) -> list[Suggestion]:
        self.columns += [facts.column for facts in asked]
        return [Suggestion(Description(column=f.column, description=f"About {f.column}"), "test") for f in asked]


def first() -> dict[str, Entry]:
    return described(contract(), {}, Asked().describer)


def test_released_columns_without_a_note_are_asked_for_once() -> None:
    asked = Asked()
    entries = described(contract(), {}, asked.describer)
    assert asked.columns == ["age", "drug"]  # the key is dropped, `ill` has a note
    again = Asked()
    assert described(contract(), entries, again.describer) == entries
    assert again.columns == []


def test_a_changed_column_is_asked_for_again_and_no_other() -> None:
    asked = Asked()
    described(contract("[0, 99]", "[0, 120]"), first(), asked.describer)
    assert asked.columns == ["age"]


def test_a_new_describer_replaces_what_nobody_stands_for() -> None:
    entries = first()
    entries["drug"] = entries["drug"].model_copy(update={"status": "rejected"})
    approved = approve(contract(), first(), ["age"])
    asked = Asked("two")
    described(contract(), entries | {"age": approved["age"]}, asked.describer)
    assert asked.columns == []
    described(contract(), first(), asked.describer)
    assert asked.columns == ["age", "drug"]


def test_an_edit_is_locked_and_stale_when_the_column_changes() -> None:
    entries = first()
    entries["age"] = entries["age"].model_copy(update={"description": "Age in years"})
    kept = described(contract(), entries, Asked().describer)["age"]
    assert (kept.status, kept.description) == ("edited", "Age in years")
    changed = contract("[0, 99]", "[0, 120]")
    later = described(changed, {"age": kept}, Asked("two").describer)["age"]
    assert (later.status, later.description) == ("stale", "Age in years")
    assert approve(changed, {"age": later}, [])["age"].status == "approved"
    assert described(changed, approve(changed, {"age": later}, []), Asked().describer)["age"].status == "approved"


def test_what_is_written_by_hand_stands_from_then_on() -> None:
    by_hand = {"age": Entry(description="Age in years", status="approved", source="a colleague")}
    kept = described(contract(), by_hand, Asked().describer)["age"]
    assert kept.description == "Age in years" and kept.facts
    assert described(contract("[0, 99]", "[0, 9]"), {"age": kept}, Asked().describer)["age"].status == "stale"


def test_a_note_in_the_contract_takes_the_place_of_an_entry() -> None:
    noted = contract("bins: 10}", "bins: 10, description: Age on the day}")
    assert list(described(noted, first(), Asked().describer)) == ["drug"]


def test_approval_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(UsageError, match="'ill' has no description to approve"):
        approve(contract(), first(), ["ill"])


def test_words_reach_the_contract_and_no_digest_of_a_fit() -> None:
    plain, entries = contract(), first()
    entries["drug"] = entries["drug"].model_copy(update={"status": "rejected"})
    told = worded(plain, entries)
    assert told.column("age").description == "About age"
    assert told.column("ill").told is None and told.column("drug").description == ""
    assert told.fit_digest() == plain.fit_digest()
    assert told.approval_digest() == plain.approval_digest()


statuses = st.sampled_from(["suggested", "approved", "edited", "rejected", "stale"])


@given(st.dictionaries(st.sampled_from(["age", "drug"]), st.tuples(statuses, st.booleans(), st.booleans())))
def test_no_text_of_a_person_is_ever_overwritten(given_: dict[str, tuple[str, bool, bool]]) -> None:
    """Whatever the states: who approved or edited finds the same text; and the second time nothing is asked."""
    entries: dict[str, Entry] = {}
    for column, (status, changed, edited) in given_.items():
        entry = first()[column].model_copy(update={"status": status} | ({"facts": "other"} if changed else {}))
        entries[column] = entry.model_copy(update={"description": "mine"}) if edited else entry
    after = described(contract(), entries, Asked("two").describer)
    for column, entry in entries.items():
        if entry.status in ("approved", "edited", "stale") or (
            entry.description == "mine" and entry.status != "rejected"
        ):
            assert after[column].description == entry.description
    assert open_columns(contract(), settled(contract(), after), "two") == []


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = files.path_of(tmp_path, "clinic")
    assert files.read(path) == {}
    files.write(path, "clinic", first())
    assert files.read(path) == first()
    assert path.read_text().startswith("# What is said of the columns")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("columns: {age: {description: A, status: perhaps, source: x}}", "columns.age.status"),
        ("columns: {age: {description: A, status: edited, source: x, more: 1}}", "columns.age.more"),
        ("columns:\n  age: {description: A\n", "line"),
        ("columns: {age: {description: A, status: edited, source: x}, age: {}}", "line 1"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, where: str, tmp_path: Path) -> None:
    path = tmp_path / "clinic.yaml"
    path.write_text(text)
    with pytest.raises(ContractError) as refused:
        files.read(path)
    assert where in refused.value.where
    assert "perhaps" not in str(refused.value)


def test_a_column_that_nobody_knows_is_approved_by_name_alone() -> None:
    entries = first()
    unknown = entries["age"].model_copy(update={"description": "No description known (from the name only)"})
    assert approve(contract(), entries | {"age": unknown}, [])["age"].status == "suggested"
    assert approve(contract(), entries | {"age": unknown}, ["age"])["age"].status == "approved"
