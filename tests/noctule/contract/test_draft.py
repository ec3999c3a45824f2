"""Drafts: the header alone tells names; rows tell domains only when asked, never a rare value, always marked."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import strict_yaml
from noctule.contract.draft import draft
from noctule.contract.load import parse
from noctule.errors import ContractError, DataError, NoctuleError, UsageError
from noctule.home import Home
from tests.rows import rows_of

Table = dict[str, list[str]]
CANARY = "CANARY7788"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def source(here: Path) -> Path:
    return write(Path("visits.csv"), visits())


def visits() -> Table:
    """400 visits of 200 people; every way in which a single person could show."""
    rng, rows = np.random.default_rng(3), 400
    table = {
        "patient_id": [f"P{i // 2:04d}" for i in range(rows)],
        "age": [str(x) for x in rng.integers(18, 90, rows)],
        "blood_pressure": [f"{high}/{high - 40}" for high in rng.integers(90, 180, rows)],
        "drug": list(rng.choice(["Aspirin", "Insulin", "NO"], rows)),
        "site": [str(x) for x in rng.choice([1, 2, 3], rows)],
        "weight": [f"{x:.1f}" for x in rng.uniform(48.3, 121.9, rows)],
        "income": [str(x) if x % 7 else "N" for x in rng.integers(1037, 91234, rows)],
        "day": [f"2023-{m:02d}-17" for m in rng.integers(3, 12, rows)],
        "seen_at": [f"2023-{m:02d}-17 10:30:00" for m in rng.integers(3, 12, rows)],
        "smoker": list(rng.choice(["true", "false"], rows)),
        "comment": [f"the patient came on foot and felt {i}" for i in range(rows)],
        "email": [f"person{i}@mail.example" for i in range(rows)],
        "ticket": [f"TK-{i:05d}" for i in range(rows)],
        "nothing": [""] * rows,
    }
    table["drug"][5] = CANARY
    table["drug"][6:40] = ["FromOnePerson"] * 34  # 17 people: rare, although 34 rows hold it
    table["drug"][7] = ""
    table["income"][9] = "918273"
    table["age"][11] = "107"
    return table


def write(path: Path, table: Table) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    return path


def column(text: str, name: str) -> dict[str, Any]:
    return next(item for item in strict_yaml.read(text)["columns"] if item["name"] == name)


def test_a_draft_from_the_header_holds_no_cell(source: Path) -> None:
    text = draft(source, "visits", "patient_id", False)
    cells = {cell for name, cells in visits().items() for cell in cells if len(cell) > 3 and name != "smoker"}
    assert not [cell for cell in cells if cell in text]
    assert "no row was read" in text.splitlines()[0]


def test_a_draft_from_the_header_depends_on_the_header_alone(source: Path) -> None:
    text = draft(source, "visits", "patient_id", False)
    header = source.read_text().splitlines()[0]
    source.write_bytes(header.encode() + b'\n"never closed, \xff\xfe\x00 and not even text\n')
    assert draft(source, "visits", "patient_id", False) == text


def test_a_check_of_a_draft_fails_at_each_place_to_fill_in(source: Path) -> None:
    text = draft(source, "visits", "patient_id", False)
    assert strict_yaml.read(text)["unit"] == {"column": "patient_id", "max_rows": 1}
    with pytest.raises(ContractError) as caught:
        parse(text, "datasets/visits.yaml")
    for name in ("age", "drug", "day"):
        place = list(visits()).index(name)
        assert f"columns[{place}].type ({name}): is not filled in yet" in str(caught.value)
        assert f"- name: {name}\n    type:  # FILL IN" in text


def test_headers_give_roles(source: Path) -> None:
    text = draft(source, "visits", "patient_id", False)
    assert column(text, "patient_id")["role"] == "identifier"
    assert column(text, "email") == {"name": "email", "role": "pii", "pii": "email", "release": "drop"}
    assert column(text, "comment")["role"] == "free_text"
    lines = [line for line in text.splitlines() if "role:" in line or "release:" in line]
    assert all("# review" in line for line in lines)


def test_a_filled_in_draft_loads(source: Path) -> None:
    text = draft(source, "visits", "patient_id", False)
    blank = next(line for line in text.splitlines() if "FILL IN:" in line)
    contract = parse(text.replace(blank, "    type: category\n    categories: [a, b]"), "x")
    assert contract.name == "visits" and contract.source.path == "visits.csv"


def test_rare_values_never_appear_in_a_draft_from_data(source: Path) -> None:
    text = draft(source, "visits", "patient_id", True)
    for rare in (CANARY, "FromOnePerson", "918273", "107", "P0003", "person17@", "TK-00", "felt 1"):
        assert rare not in text
    assert column(text, "drug")["categories"] == ["Aspirin", "Insulin", "NO"]
    assert column(text, "drug")["other"] is True and column(text, "drug")["nullable"] is True


def test_rarity_counts_people_not_rows(source: Path) -> None:
    by_rows = draft(source, "visits", None, True)
    assert column(by_rows, "drug")["categories"] == ["Aspirin", "FromOnePerson", "Insulin", "NO"]


def test_domains_are_coarser_than_the_data(source: Path) -> None:
    text = draft(source, "visits", "patient_id", True)
    assert column(text, "age")["bounds"] == [10, 200]
    assert column(text, "weight")["bounds"] == [20, 200]
    assert column(text, "income")["bounds"] == [1000, 1000000]
    assert column(text, "income")["special"] == {"N": "what it means"}
    assert [str(day) for day in column(text, "day")["bounds"]] == ["2023-01-01", "2023-12-31"]
    assert column(text, "seen_at")["type"] == "datetime"
    assert column(text, "site")["categories"] == [1, 2, 3]
    assert column(text, "blood_pressure")["format"] == "{first}/{second}"
    assert column(text, "smoker")["type"] == "boolean"


def test_near_unique_columns_are_dropped(source: Path) -> None:
    text = draft(source, "visits", "patient_id", True)
    assert column(text, "ticket")["role"] == "identifier"
    assert column(text, "comment")["role"] == "free_text"
    assert column(text, "email")["role"] == "pii"


def test_a_draft_from_data_says_so_on_top_and_on_every_line(source: Path) -> None:
    text = draft(source, "visits", "patient_id", True)
    assert text.startswith("# NOT differentially private")
    body = text[text.index("columns:\n") :].splitlines()[1:]
    unmarked = [line for line in body if not line.strip().startswith(("- name:", "parts:")) and "# " not in line]
    assert unmarked == []
    modelled = [item for item in strict_yaml.read(text)["columns"] if item.get("type")]
    assert len(modelled) >= 9
    assert {item["domain_source"] for item in modelled} == {"data_draft"}


def approved(text: str) -> str:
    """What a person does, here without a look."""
    blank = next(line for line in text.splitlines() if "FILL IN" in line)
    return text.replace(blank, "    role: free_text").replace("domain_source: data_draft", "domain_source: public")


def test_no_night_runs_on_a_draft_from_data_until_it_is_approved(source: Path) -> None:
    text = draft(source, "visits", "patient_id", True)
    marked = parse(text.replace("type:  # FILL IN", "role: free_text # FILL IN"), "x")
    with pytest.raises(ContractError, match="data_draft"):
        marked.require_public_domains()
    parse(approved(text), "x").require_public_domains()


def test_an_approved_draft_reads_its_own_source(source: Path, home: Home) -> None:
    from noctule.codes import Codec
    from noctule.ingest.ingest import ingest

    contract = parse(approved(draft(source, "visits", "patient_id", True)), "x")
    snapshot = ingest(contract, home, Path())
    codes = Codec(contract).encode(rows_of(snapshot).table())
    assert {len(code) for code in codes.values()} == {200}


def test_parquet_tells_types_in_its_footer(here: Path) -> None:
    rows = 60
    table = pa.table(
        {
            "person_id": pa.array(range(rows), pa.int64()),
            "age": pa.array([20 + i % 50 for i in range(rows)], pa.int32()),
            "kind": pa.array(["a", "b"] * 30).dictionary_encode(),
            "ok": pa.array([True, False] * 30),
            "at": pa.array([0] * rows, pa.timestamp("ms", "UTC")),
            "tags": pa.array([[1]] * rows),
        }
    )
    pq.write_table(table, "t.parquet")
    text = draft(Path("t.parquet"), "t", None, False)
    assert column(text, "age") == {"name": "age", "type": "integer", "bounds": None, "arrow": "int32"}
    assert column(text, "person_id")["arrow"] == "int64"
    assert column(text, "kind")["arrow"] == "dictionary<int32, string>"
    assert column(text, "ok")["type"] == "boolean"
    assert strict_yaml.read(text)["source"] == {"kind": "parquet", "path": "t.parquet", "extra": "drop"}
    assert "tags" not in [item["name"] for item in strict_yaml.read(text)["columns"]]
    contract = parse(draft(Path("t.parquet"), "t", None, True).replace("data_draft", "public"), "x")
    assert [c.name for c in contract.columns] == ["person_id", "age", "kind", "ok", "at"]


def test_delimiter_and_encoding_are_found(here: Path) -> None:
    Path("a.csv").write_bytes('person;"the; age";größe\n'.encode("utf-16"))
    content = strict_yaml.read(draft(Path("a.csv"), "a", None, False))
    assert content["source"] == {"kind": "csv", "path": "a.csv", "delimiter": ";", "encoding": "utf-16"}
    assert [item["name"] for item in content["columns"]] == ["person", "the; age", "größe"]


def test_an_absolute_path_within_the_project_is_written_relative(source: Path, here: Path) -> None:
    assert strict_yaml.read(draft(here / "visits.csv", "v", None, False))["source"]["path"] == "visits.csv"


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"age,42,sex\n1,2,3\n", 2),
        (b"age,,sex\n1,2,3\n", 2),
        (b"age,sex,age\n1,2,3\n", 3),
        (f"{CANARY}@mail.example,b\n".encode(), 1),
        (b"age,s\x07x\n", 2),
    ],
)
def test_what_is_no_header_is_refused_without_its_cells(here: Path, content: bytes, number: int) -> None:
    Path("a.csv").write_bytes(content)
    with pytest.raises(DataError, match=f"column number {number}, header") as caught:
        draft(Path("a.csv"), "a", None, False)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("from_data", [False, True])
def test_unusable_sources_and_words_are_refused(source: Path, from_data: bool) -> None:
    Path("empty.csv").touch()
    Path("blank.csv").write_text("\n1,2\n")
    Path("damaged.parquet").write_bytes(b"PAR1" + b"\0" * 50)
    for path in ("empty.csv", "blank.csv", "damaged.parquet"):
        with pytest.raises(DataError):
            draft(Path(path), "a", None, from_data)
    with pytest.raises(UsageError, match="no such file"):
        draft(Path("none.csv"), "a", None, from_data)
    with pytest.raises(UsageError, match="--unit"):
        draft(source, "visits", "patients", from_data)
    with pytest.raises(UsageError, match="--name"):
        draft(source, "Visits", None, from_data)


def test_a_bad_row_is_refused_without_its_cells(here: Path) -> None:
    Path("a.csv").write_text(f"age,sex\n1,m\n2,f,{CANARY}\n")
    with pytest.raises(NoctuleError) as caught:
        draft(Path("a.csv"), "a", None, True)
    assert CANARY not in str(caught.value) and caught.value.__context__ is None
    assert draft(Path("a.csv"), "a", None, False)
