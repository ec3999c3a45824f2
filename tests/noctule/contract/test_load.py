"""From a file to a contract and back; every fault with file, key path and fix."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract import strict_yaml
from noctule.contract.load import MAX_BYTES, dump, load, load_all, parse
from noctule.errors import ContractError


def fault(text: str, old: str, new: str) -> str:
    """The error that one edit of a good contract leads to."""
    edited = text.replace(old, new, 1)
    assert edited != text
    with pytest.raises(ContractError) as caught:
        parse(edited, "datasets/sample.yaml")
    assert caught.value.exit_code == 3 and caught.value.fix
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("bins: 22", "bin: 22", "columns[3].bin (age)", "did you mean bins?"),
        ("title:", "titel:", "titel", "did you mean title?"),
        ("title:", "owner: Ada\ntitle:", "owner", "an e-mail address"),
        ("title:", "refresh: {schedule: daily}\ntitle:", "refresh.schedule", "five cron fields"),
        ("title:", "refresh: {schedule: '99 2 * * *'}\ntitle:", "refresh.schedule", "0 to 59"),
        ("max_rows: 2", "maxrows: 2", "unit.maxrows", "did you mean max_rows?"),
        ("per: year", "per: year, x: 1", "privacy.cap.x", "known here: epsilon, per, of"),
        ("[60, 240]", "[60, 240], unt: mmHg", "columns[4].parts.high.unt (pressure)", "did you mean unit?"),
        ("[A, B, NO]", "[A, B, NO, A]", "columns[5].categories (drug)", "categories overlap"),
        ("other: true", "other: A", "columns[5].other (drug)", "overlaps"),
        ("[A, B, NO]", "[A, B, 3]", "columns[5].categories (drug)", "mix numbers and text"),
        ("[A, B, NO]", "[A, B, true]", "columns[5].categories[2] (drug)", "quote it"),
        ("[A, B, NO]", "[A, B, 2020-01-01]", "columns[5].categories[2] (drug)", "quote it"),
        ("[0, 110]", "[110, 0]", "columns[3].bounds (age)", "wrong way round"),
        ("[2020-01-01, 2024-12-31]", "[2024-12-31, 2020-01-01]", "columns[7].bounds (day)", "wrong way round"),
        ("[60, 240]", "[240, 60]", "columns[4].parts.high.bounds (pressure)", "wrong way round"),
        ("[0, 110]", "[0, 110, 5]", "columns[3].bounds (age)", "too long"),
        ("[0, 110]", "[zero, 110]", "columns[3].bounds[0] (age)", "write a whole number"),
        ("bounds: [0, 110]", "bounds:", "columns[3].bounds (age)", "not filled in yet"),
        ("atoms: [0]", "atoms: [-1]", "columns[9].atoms[0] (gain)", "outside bounds"),
        ("column: person", "column: persons", "unit.column", "not among the columns"),
        ("name: day", "name: age", "columns[7] (age)", "declared twice"),
        ("from: drug", "from: drugs", "columns[6].from (code)", "not a modelled column"),
        ("nullable: true", "nullable: yes", "columns[5].nullable (drug)", "write true or false"),
        ("type: integer, bounds: [0", "type: int, bounds: [0", "columns[3].type (age)", "did you mean integer?"),
        ("type: integer, bounds: [0", "type: , bounds: [0", "columns[3].type (age)", "not filled in yet"),
        ("role: identifier", "role: identifer", "columns[0].role (person)", "did you mean identifier?"),
        ("type: boolean, ", "", "columns[8] (back)", "a column needs `type`"),
        ("type: date", "type: date, arrow: int3", "columns[7].arrow (day)", "not usable"),
        ("release: fake", "release: fak", "columns[1].release (full_name)", "did you mean fake?"),
        ("kind: csv", "kind: cvs", "source.kind", "did you mean csv?"),
        ("population: testers\n", "", "population", "missing"),
        ("epsilon: 1.0", "epsilon: 0.0", "privacy.epsilon", "greater than 0"),
        ("2024-12-31", "2024-12-31 10:00:00", "columns[7].bounds (day)", "mix dates"),
    ],
)
def test_each_fault_names_file_key_path_and_fix(text: str, old: str, new: str, path: str, words: str) -> None:
    message = fault(text, old, new)
    assert message.startswith(f"datasets/sample.yaml: {path}: ")
    assert words in message
    assert "fix: " in message
    assert not any(tag in message for tag in ("numeric", "tagged-union", "function-", "pydantic"))


def test_a_map_must_cover_its_source_unless_nullable(text: str) -> None:
    message = fault(text.replace(", nullable: true}\n  - {name: day", "}\n  - {name: day"), "other: 9", "oter: 9")
    assert "columns[6].map (code)" in message and "leaves out 1 categories" in message


def test_every_fault_is_told_at_once(text: str) -> None:
    message = fault(text.replace("[0, 110]", "[110, 0]").replace("kind: csv", "kind: cvs"), "title:", "titel:")
    assert message.startswith("datasets/sample.yaml: 3 problems")
    for path in ("titel: ", "source.kind: ", "columns[3].bounds (age): "):
        assert f"\n  - {path}" in message


def test_a_fault_of_the_yaml_names_its_line(text: str) -> None:
    assert "datasets/sample.yaml, line 2, column 1: " in fault(text, "title: A sample", "name: again")
    assert "datasets/sample.yaml, line 3" in fault(text, "title: A sample", "title: [A sample")


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n- b\n", "just words", "12"])
def test_a_file_that_is_no_contract(content: str) -> None:
    with pytest.raises(ContractError, match=r"x\.yaml: the file is"):
        parse(content, "x.yaml")


def test_loads_a_file_with_a_byte_order_mark_and_umlauts(text: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    path.write_bytes(text.replace("A sample", "Übersicht").encode("utf-8-sig"))
    assert load(path).title == "Übersicht"


@pytest.mark.parametrize("content", [b"name: \xff\xfe", "name: sample".encode("utf-16"), b"#" * (MAX_BYTES + 1), None])
def test_unreadable_files_are_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load(path)
    assert caught.value.where == str(path) and caught.value.fix
    assert caught.value.__context__ is None


def test_a_dumped_contract_is_read_back_equal(text: str) -> None:
    contract = parse(text, "x")
    assert parse(dump(contract), "x") == contract
    assert parse(dump(contract), "x").digest() == contract.digest()


def test_a_dumped_unit_of_rows_is_written_as_row(text: str) -> None:
    contract = parse(text.replace("unit: {column: person, max_rows: 2}", "unit: row"), "x")
    assert strict_yaml.read(dump(contract))["unit"] == "row"
    assert parse(dump(contract), "x") == contract


def test_a_draft_domain_stops_synthesis_with_key_path_and_fix(text: str) -> None:
    contract = parse(text.replace("unit: years", "unit: years, domain_source: data_draft"), "x")
    with pytest.raises(ContractError) as caught:
        contract.require_public_domains()
    assert caught.value.where == "sample: columns[3].domain_source"
    assert "domain_source: public" in caught.value.fix
    parse(text.replace("unit: years", "unit: years, domain_source: codebook"), "x").require_public_domains()


def folder(tmp_path: Path, text: str, **edits: tuple[str, str]) -> Path:
    for name, (old, new) in edits.items():
        (tmp_path / f"{name}.yaml").write_text(text.replace("name: sample", f"name: {name}", 1).replace(old, new, 1))
    return tmp_path


def test_load_all_reads_a_folder_in_order_of_names(text: str, tmp_path: Path) -> None:
    where = folder(tmp_path, text, b=("", ""), a=("", ""))
    (where / "notes.txt").write_text("not a contract")
    assert [contract.name for contract in load_all(where)] == ["a", "b"]
    assert load_all(tmp_path / "none") == []


def test_two_files_may_not_share_a_name(text: str, tmp_path: Path) -> None:
    where = folder(tmp_path, text, a=("", ""), b=("name: b", "name: a"))
    with pytest.raises(ContractError, match=r"b\.yaml: name: dataset 'a' is declared already, in .*a\.yaml"):
        load_all(where)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("epsilon: 3.0", "epsilon: 4.0", "cap"), ("per: year", "per: lifetime", "cap"), ("1.0e-6", "1.0e-5", "delta")],
)
def test_one_population_has_one_budget(text: str, tmp_path: Path, old: str, new: str, key: str) -> None:
    where = folder(tmp_path, text, a=("", ""), b=(old, new))
    with pytest.raises(ContractError, match=rf"b\.yaml: privacy\.{key}: population 'testers'"):
        load_all(where)
    other = (where / "b.yaml").read_text().replace("population: testers", "population: others")
    (where / "b.yaml").write_text(other)
    assert len(load_all(where)) == 2


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text("ab {}[]:#1", max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab1", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_value_at_any_place_loads_or_is_refused_in_words(text: str, data: st.DataObject) -> None:
    content = strict_yaml.read(text)
    here = content
    while True:  # walk down to a place drawn at random, and put junk there
        key = data.draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
        if isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
            here = here[key]
            continue
        here[key] = data.draw(junk)
        break
    try:
        contract = parse(strict_yaml.write(content), "x.yaml")
    except ContractError as error:
        assert str(error).startswith("x.yaml") and "fix: " in str(error)
    else:
        assert parse(dump(contract), "x.yaml") == contract
