"""Every public rule of a contract: what keeps it counts, what breaks it does not."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.evaluation.validity import column_validity, validity

Make = Callable[..., Contract]


def one_column(make: Make, column: dict[str, Any], values: list[Any]) -> list[bool]:
    """Which values of a release's only column are valid."""
    contract = make([{"name": "x", **column}])
    batch = pa.record_batch([pa.array(values, release_schema(contract).field("x").type)], names=["x"])
    kept = column_validity(batch, contract, "x").tolist()
    table = pa.Table.from_batches([batch])
    assert validity(table, contract) == pytest.approx(sum(kept) / len(kept))
    return kept


CASES: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "category": ({"type": "category", "categories": ["a", "b"]}, ["a", "b"], ["c", "other", "", None]),
    "category with other": ({"type": "category", "categories": ["a"], "other": True}, ["a", "other"], ["Other", None]),
    "category with a label": ({"type": "category", "categories": ["a"], "other": "rest"}, ["rest"], ["other"]),
    "category nullable": ({"type": "category", "categories": ["a"], "nullable": True}, ["a", None], ["null"]),
    "integer categories": ({"type": "category", "categories": [1, 300], "other": -1}, [1, 300, -1], [2, 44, None]),
    "narrow integer categories": ({"type": "category", "categories": [1, 2], "arrow": "int8"}, [1, 2], [3, -1]),
    "dictionary": (
        {"type": "category", "categories": ["a"], "nullable": True, "arrow": "dictionary<int32, string>"},
        ["a", None],
        ["b"],
    ),
    "large text": ({"type": "category", "categories": ["a", "é"], "arrow": "large_string"}, ["é"], ["b", None]),
    "boolean": ({"type": "boolean"}, [True, False], [None]),
    "integer": ({"type": "integer", "bounds": [-3, 10]}, [-3, 0, 10], [-4, 11, None]),
    "integer on a grid": ({"type": "integer", "bounds": [3, 20], "step": 5}, [3, 8, 18], [4, 20, 5]),
    "atom off the grid": ({"type": "integer", "bounds": [3, 20], "step": 5, "atoms": [4]}, [3, 4], [5]),
    "integer of 8 bits": ({"type": "integer", "bounds": [0, 1000], "arrow": "int8"}, [0, 127], [-1]),
    "integer of 64 bits": (
        {"type": "integer", "bounds": [-(2**62), 2**62], "step": 2**61, "arrow": "int64"},
        [-(2**62), 0, 2**62],
        [2**62 + 1, -(2**63), 2**63 - 1, 1],
    ),
    "number": ({"type": "number", "bounds": [0.1, 0.7]}, [0.1, 0.5, 0.7], [0.0999, 0.70001, float("nan"), None]),
    "number on a grid": ({"type": "number", "bounds": [0, 1], "step": 0.1}, [0.3, 0.1 + 0.2, 1.0], [0.35, 1.1]),
    "number with atoms": ({"type": "number", "bounds": [0, 1], "step": 0.5, "atoms": [0.7]}, [0.7, 0.5], [0.6]),
    "float32": ({"type": "number", "bounds": [0.1, 0.7], "arrow": "float"}, [0.1, 0.7], [0.09, 0.70001]),
    "decimal": (
        {"type": "number", "bounds": [0, 9], "step": 0.05, "arrow": "decimal128(6, 2)"},
        [Decimal("0.05"), Decimal("9.00")],
        [Decimal("0.07"), Decimal("9.05")],
    ),
    "special": (
        {"type": "integer", "bounds": [0, 90], "step": 5, "special": {"N": "none"}},
        ["0", "90", "N"],
        ["91", "3", "n", "", "5.0", " 5", "9" * 40, None],
    ),
    "special of reals": (
        {"type": "number", "bounds": [-1, 90], "special": {"-": "unknown"}, "nullable": True},
        ["-0.5", "1e-05", "90.0", "-", None],
        ["90.5", "nan", "inf", "1e999", "x"],
    ),
    "date": (
        {"type": "date", "bounds": [date(2020, 1, 1), date(2020, 12, 31)]},
        [date(2020, 1, 1), date(2020, 12, 31)],
        [date(2019, 12, 31), date(2021, 1, 1), None],
    ),
    "datetime": (
        {"type": "datetime", "bounds": [datetime(2020, 1, 1), datetime(2020, 1, 2, 12)]},
        [datetime(2020, 1, 1), datetime(2020, 1, 2, 12)],
        [datetime(2019, 12, 31, 23, 59, 59, 999999), datetime(2020, 1, 2, 12, 0, 0, 1)],
    ),
    "template": (
        {
            "type": "text",
            "format": "{s}/{d}",
            "parts": {"s": {"type": "integer", "bounds": [60, 240]}, "d": {"type": "integer", "bounds": [30, 150]}},
        },
        ["60/30", "120/80"],
        ["59/80", "120/151", "120-80", "120/80 ", "x120/80", "120/", "9999999999999999999999/80", None],
    ),
    "template of odd signs": (
        {"type": "text", "format": "a.({p})+", "parts": {"p": {"type": "integer", "bounds": [-5, 5]}}},
        ["a.(-5)+", "a.(3)+"],
        ["ab(3)+", "a.(6)+", "a.(3)"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rules_of_a_value(case: str, make_contract: Make) -> None:
    column, good, bad = CASES[case]
    assert one_column(make_contract, column, [*good, *bad]) == [True] * len(good) + [False] * len(bad)


def test_time_zone_bounds_are_wall_time_of_the_column(make_contract: Make) -> None:
    column = {
        "type": "datetime",
        "bounds": [datetime(2020, 6, 1), datetime(2020, 6, 2)],
        "arrow": "timestamp[us, Europe/Berlin]",
    }
    inside = [datetime(2020, 5, 31, 22), datetime(2020, 6, 1, 22)]  # in UTC, as Arrow reads naive values
    outside = [datetime(2020, 5, 31, 21, 59), datetime(2020, 6, 1, 22, 1)]
    assert one_column(make_contract, column, [*inside, *outside]) == [True, True, False, False]


def release(contract: Contract, **columns: list[Any]) -> pa.Table:
    schema = release_schema(contract)
    return pa.table([pa.array(columns[name], schema.field(name).type) for name in schema.names], schema=schema)


def derived(make: Make, **keys: Any) -> Contract:
    ward = {"name": "ward", "type": "category", "categories": ["A", "B", "C"], "nullable": True}
    return make([ward, {"name": "floor", "from": "ward", **keys}])


def test_a_derived_value_is_the_image_of_its_source(make_contract: Make) -> None:
    contract = derived(make_contract, map={"A": 1, "B": 2}, nullable=True)
    table = release(contract, ward=["A", "B", "A", "C", "C", None, None], floor=[1, 2, 2, None, 1, None, 1])
    assert validity(table, contract) == pytest.approx(4 / 7)


def test_a_derived_null_needs_nullable(make_contract: Make) -> None:
    contract = derived(make_contract, map={"A": 1, "B": 2, "C": 2})
    assert validity(release(contract, ward=["A", None], floor=[1, None]), contract) == 0.5


@pytest.mark.parametrize(
    ("source", "mapping", "cells", "images"),
    [
        ({"type": "boolean"}, {"true": "yes", "false": "no"}, [True, False, True], ["yes", "no", "no"]),
        ({"type": "integer", "bounds": [0, 1]}, {"0": 0.5, "1": 2}, [0, 1, 1], [0.5, 2.0, 0.5]),
        ({"type": "category", "categories": [1, 2]}, {1: True, 2: False, "x": True}, [1, 2, 2], [True, False, True]),
    ],
)
def test_maps_of_every_kind(
    source: dict[str, Any], mapping: dict[Any, Any], cells: list[Any], images: list[Any], make_contract: Make
) -> None:
    contract = make_contract([{"name": "s", **source}, {"name": "d", "from": "s", "map": mapping}])
    assert validity(release(contract, s=cells, d=images), contract) == pytest.approx(2 / 3)


def with_identity(make: Make) -> Contract:
    return make(
        [
            {"name": "id", "role": "identifier", "release": "surrogate"},
            {"name": "mail", "role": "pii", "pii": "email", "release": "fake"},
            {"name": "ssn", "role": "pii", "pii": "national_id"},
            {"name": "x", "type": "integer", "bounds": [0, 9]},
        ]
    )


def test_a_surrogate_is_the_number_of_its_row_across_batches(make_contract: Make) -> None:
    contract = with_identity(make_contract)
    first = release(contract, id=[1, 2], mail=["a@b.c", None], x=[1, 1])
    second = release(contract, id=[3, 9, None], mail=["a@b.c"] * 3, x=[1, 1, 1])
    assert validity(pa.concat_tables([first, second]), contract) == pytest.approx(2 / 5)


def test_a_row_counts_once_however_much_is_wrong_with_it(make_contract: Make) -> None:
    contract = make_contract([{"name": n, "type": "integer", "bounds": [0, 1]} for n in "ab"])
    assert validity(release(contract, a=[0, 5, 0, 5], b=[0, 5, 5, 0]), contract) == 0.25


def test_another_shape_breaks_every_row(make_contract: Make) -> None:
    contract = make_contract([{"name": "a", "type": "integer", "bounds": [0, 1]}, {"name": "b", "type": "boolean"}])
    sound = release(contract, a=[0, 1], b=[True, False])
    assert validity(sound, contract) == 1
    assert validity(sound.select(["b", "a"]), contract) == 0
    assert validity(sound.select(["a"]), contract) == 0
    assert validity(sound.append_column("c", pa.array([1, 2])), contract) == 0
    assert validity(sound.set_column(0, "a", pa.array([0, 1], pa.int32())), contract) == 0
    assert validity(sound.slice(0, 0), contract) == 0


EVERYTHING: list[dict[str, Any]] = [
    {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 22, "nullable": True},
    {"name": "gain", "type": "integer", "bounds": [0, 99999], "scale": "log", "bins": 9, "atoms": [0], "step": 10},
    {"name": "bmi", "type": "number", "bounds": [10, 60], "step": 0.1, "arrow": "float"},
    {"name": "half", "type": "number", "bounds": [0, 1], "arrow": "halffloat"},
    {"name": "price", "type": "number", "bounds": [0, 99.99], "arrow": "decimal128(8, 2)"},
    {"name": "income", "type": "number", "bounds": [0, 1e6], "special": {"N": "too young"}, "nullable": True},
    {"name": "code", "type": "category", "categories": [1, 2, 3], "other": -1, "nullable": True, "arrow": "int16"},
    {"name": "drug", "type": "category", "categories": ["a", "b"], "other": True, "arrow": "dictionary<int8, string>"},
    {"name": "label", "from": "code", "map": {1: "one", 2: "two", 3: "three", -1: "rest"}, "nullable": True},
    {"name": "seen", "type": "datetime", "bounds": [date(2020, 1, 1), date(2024, 1, 1)], "arrow": "timestamp[s]"},
    {
        "name": "zoned", "type": "datetime", "bounds": [date(2020, 1, 1), date(2020, 1, 2)],
        "arrow": "timestamp[ms, America/New_York]",
    },
    {"name": "born", "type": "date", "bounds": [date(1900, 1, 1), date(2024, 1, 1)], "bins": 20, "nullable": True},
    {
        "name": "pressure", "type": "text", "format": "{s}/{d}", "nullable": True,
        "parts": {"s": {"type": "integer", "bounds": [60, 240]}, "d": {"type": "integer", "bounds": [-30, 150]}},
    },
    {"name": "well", "type": "boolean", "nullable": True},
]  # fmt: skip


def test_whatever_the_codec_decodes_is_valid(make_contract: Make, tmp_path: Path) -> None:
    """Two readings of the same contract, written apart: the codec's and the rules'."""
    contract = make_contract(EVERYTHING)
    codec, rng = Codec(contract), np.random.default_rng(5)
    codes = {name: rng.integers(0, size, 4_000).astype(np.int32) for name, size in codec.domain.items()}
    decoded = codec.decode(codes, rng)
    assert validity(pq_trip(decoded, release_schema(contract), tmp_path), contract) == 1.0


def pq_trip(table: pa.Table, schema: pa.Schema, folder: Path) -> pa.Table:
    pq.write_table(table.cast(schema), folder / "release.parquet", row_group_size=1_500)
    return pq.ParquetFile(folder / "release.parquet").read()
