"""Findings on whole tables: order of evidence, cardinality on all rows, real tables, and what blocks."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from noctule.contract import Contract
from noctule.contract.load import load
from noctule.pii.detect import Finding, detect, undeclared

REPO = Path(__file__).resolve().parents[3]
SHARED = REPO.parent / "shared" / "data"


def only(table: pa.Table) -> Finding | None:
    found = detect(table)
    assert len(found) <= 1
    return found[0] if found else None


def emails(n: int) -> list[str]:
    return [f"person{i}@example.org" for i in range(n)]


def test_a_header_is_not_believed_against_its_values() -> None:
    flags = pa.table({"email": ["yes", "no"] * 100, "phone": [0, 1] * 100, "address": pa.array([True, False] * 100)})
    assert detect(flags) == []


def test_a_header_is_believed_when_the_column_is_empty() -> None:
    found = only(pa.table({"email": pa.array([None] * 30, pa.string())}))
    assert found is not None
    assert (found.kind, found.pii) == ("direct", "email")


def test_a_weak_header_needs_support() -> None:
    rng = random.Random(0)
    plans = [rng.choice(["basic", "pro", "enterprise"]) for _ in range(300)]
    given, family = ["Anna", "Peter", "Maria", "Jean", "Luca"], ["Weber", "Smith", "Rossi", "Petit", "Bakker"]
    people = [f"{rng.choice(given)} {rng.choice(family)}" for _ in range(300)]
    assert detect(pa.table({"name": plans})) == []
    found = only(pa.table({"name": people}))
    assert found is not None
    assert (found.pii, found.reason) == ("person_name", "header says person_name")


def test_certain_shapes_outweigh_a_quasi_header() -> None:
    found = only(pa.table({"city": emails(50)}))
    assert found is not None
    assert found.pii == "email"


def test_distinct_values_are_counted_on_all_rows() -> None:
    """The evenly spaced sample sees 200 different cells of both columns; only one is near-unique."""
    n = 40_000
    codes = pa.array([f"K{i % 200 + i // 200 % 5 * 200:05d}" for i in range(n)])
    keys = pa.array([f"K{i:06d}" for i in range(n)])
    assert [f.column for f in detect(pa.table({"codes": codes, "keys": keys}))] == ["keys"]


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string(), pa.large_string(), pa.decimal128(12, 0)])
def test_near_unique_columns_of_every_type(kind: pa.DataType) -> None:
    numbers = pa.array(random.Random(1).sample(range(10**8, 10**9), 400)).cast(pa.string()).cast(kind)
    found = only(pa.table({"c1": numbers}))
    assert found is not None
    assert (found.kind, found.pii) == ("identifier", None)


def test_measures_of_many_values_are_no_keys() -> None:
    rng = random.Random(1)
    table = pa.table(
        {
            "c1": [rng.gauss(0, 1) for _ in range(400)],
            "c2": [f"{rng.uniform(0, 900):.2f}" for _ in range(400)],
            "c3": [f"{rng.randrange(90, 190)}/{rng.randrange(50, 110)}" for _ in range(400)],
            "c4": pa.array(np.datetime64("2024-01-01", "s") + np.arange(400)),
        }
    )
    assert detect(table) == []


def test_dictionaries_are_read_by_value() -> None:
    found = only(pa.table({"c1": pa.array(emails(60)).dictionary_encode()}))
    assert found is not None
    assert found.pii == "email"


def test_empty_tables_and_few_rows() -> None:
    assert detect(pa.table({"c1": pa.array([], pa.string()), "c2": pa.array([], pa.int64())})) == []
    assert detect(pa.table({"c1": ["a", "b", "c"], "c2": [1, 2, 3]})) == []


def test_findings_hold_no_cell(labelled_table: Callable[..., Any]) -> None:
    table, labels = labelled_table("neutral", seed=2024)
    said = repr(detect(table))
    cells = {str(cell) for name, label in labels.items() if label == "direct" for cell in table[name].to_pylist()}
    assert [cell for cell in cells if len(cell) >= 5 and cell in said] == []


def test_a_million_rows_take_seconds() -> None:
    n = 1_000_000
    rng = np.random.default_rng(0)
    table = pa.table({"k": np.arange(n), "v": rng.normal(size=n), "s": rng.choice(["aaa", "bbb", "ccc"], n)})
    before = time.process_time()
    assert [finding.column for finding in detect(table)] == ["k"]
    assert time.process_time() - before < 5


@pytest.mark.parametrize(("name", "expected"), [("adult", ["fnlwgt"]), ("nist", [])])
def test_real_tables(name: str, expected: list[str]) -> None:
    """Adult's fnlwgt is a near-unique integer on public bounds; nothing else is found, and nothing blocks."""
    file = SHARED / f"{name}_train.csv"
    if not file.exists():
        pytest.skip("../shared/data is not there")
    found = detect(pacsv.read_csv(file))
    assert [finding.column for finding in found] == expected
    assert undeclared(found, load(REPO / "examples" / f"{name}.yaml")) == []


CATEGORY = {"type": "category", "categories": ["a", "b"], "other": "c"}
BOUNDED = {"type": "integer", "bounds": [0, 10**9]}
DAYS = {"type": "date", "bounds": ["1900-01-01", "2030-01-01"]}


@pytest.mark.parametrize(
    ("column", "kind", "pii", "blocks"),
    [
        ({"name": "c", "role": "pii", "pii": "other"}, "direct", "email", False),
        ({"name": "c", "role": "identifier"}, "direct", "email", False),
        ({"name": "c", "role": "free_text"}, "free_text", None, False),
        ({"name": "c", **BOUNDED}, "identifier", None, False),
        ({"name": "c", **CATEGORY}, "identifier", None, False),
        ({"name": "patient_id", **BOUNDED}, "identifier", "other", True),
        ({"name": "c", **BOUNDED}, "direct", "card", True),
        ({"name": "c", **CATEGORY}, "direct", "email", True),
        ({"name": "email", **CATEGORY}, "direct", "email", True),
        ({"name": "c", **CATEGORY}, "direct", "person_name", True),
        ({"name": "c", **CATEGORY}, "free_text", None, True),
        ({"name": "county", **CATEGORY}, "direct", "last_name", False),
        ({"name": "last_name", **CATEGORY}, "direct", "last_name", True),
        ({"name": "city", **CATEGORY}, "direct", "city", False),
        ({"name": "dob", **DAYS}, "direct", "date_of_birth", False),
    ],
)
def test_what_blocks(
    column: dict[str, Any], kind: Any, pii: str | None, blocks: bool, make_contract: Callable[..., Contract]
) -> None:
    contract = make_contract([column, {"name": "kept", "type": "boolean"}])
    finding = Finding(column["name"], kind, pii, "for a test", 0.9)
    assert undeclared([finding], contract) == ([finding] if blocks else [])


def test_a_column_the_contract_does_not_know_blocks(make_contract: Callable[..., Contract]) -> None:
    finding = Finding("stranger", "identifier", None, "near-unique text", 0.6)
    assert undeclared([finding], make_contract([{"name": "kept", "type": "boolean"}])) == [finding]


LISTS = {
    "age_band": "0-17;18 to 24;25 to 34 years;35-44;45-54;55-64;65+",
    "income_band": "0-9999;10000-24999;25000-49999;50000-99999;100000-249999;250000+",
    "marital": "Married-civ-spouse;Never-married;Divorced;Widowed;Separated",
    "county": "Jackson;Jefferson;Lincoln;Clay;Wayne;Madison;Marion;Monroe;Franklin;Clark;Harris;Cook;Orange;King;Lee",
    "specialty": "Internal Medicine;Family Practice;Emergency/Trauma;Cardiology;Surgery-General;Orthopedics;Urology",
    "reason": "Pain for 2 days or less;Fever above 39;Shortness of breath on walking;Other reason given by patient",
    "ward": "Ward 1;Ward 2;Ward 3;ICU 1;ICU 2;Building 12 Floor 3",
    "hospital": "St. Mary's Hospital;St. John Medical Center;Mount Sinai;Johns Hopkins;Martin Luther King Hospital",
    "contact": "cellular;telephone;unknown",
    "PhoneService": "Yes;No",
    "Street": "Pave;Grvl",
    "city": "Berlin;Hamburg;Paris;London;San Jose;St. Louis;New York",
    "puma": "26-02702;06-08507;36-03710;17-03520;48-06500;25-00503",
    "payment": "Electronic check;Mailed check;Bank transfer (automatic);Credit card (automatic)",
    "website": "google.com;bing.com;facebook.com;t.co;amazon.de;ebay.de",
    "employer": "Siemens AG;BMW;SAP SE",
    "postcode": "10115;20095;80331",
    "name": "basic;pro;enterprise",
}


@pytest.mark.parametrize("rows", [60, 2000])
def test_ordinary_categories_do_not_block(rows: int, make_contract: Callable[..., Contract]) -> None:
    rng = random.Random(rows)
    lists = {name: values.split(";") for name, values in LISTS.items()}
    table = pa.table({name: [rng.choice(values) for _ in range(rows)] for name, values in lists.items()})
    contract = make_contract([{"name": n, "type": "category", "categories": v} for n, v in lists.items()])
    assert undeclared(detect(table), contract) == []
