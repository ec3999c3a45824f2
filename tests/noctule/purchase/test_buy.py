"""From an undescribed table to an effective contract, for exactly the price."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.columns import CategoryColumn, FreeTextColumn, NumericColumn
from noctule.errors import DataError
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.buy import Bought, buy
from noctule.purchase.price import charge
from tests.noctule.purchase.conftest import Held

Make = Callable[..., Contract]
ROWS = 20_000
RICH: dict[str, Any] = {"epsilon": 10.0, "delta": 1e-5, "cap": {"epsilon": 30.0, "per": "year"}}


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """At .005 noise alone occupies some cell in a few of 100 columns: bounds grow, whole numbers look like decimals,
    three rows look like a column. That does no harm there and would fail tests here; now it may once in 1e7."""
    monkeypatch.setattr("noctule.purchase.profile.SURE", 1e-9)


def bought(contract: Contract, held: Held, **columns: Any) -> Bought:
    cost, tap = charge(contract), NoiseTap()
    found = buy(contract, held(**columns), nano_rho=cost.nano_rho, tap=tap)
    tap.require_equal(found.nano_rho, cost.atto_delta)
    assert sum(item["rho"] for item in found.items) == pytest.approx(found.nano_rho / 1e9)
    assert found.contract.stated() == found.contract  # nothing is open any more
    return found


def texts(values: Any, *, missing: float = 0.02, seed: int = 0) -> pa.Array:
    """As a CSV file holds them, a few cells empty."""
    gone = np.random.default_rng(seed).random(ROWS) < missing
    return pa.array([None if g else str(v) for v, g in zip(values, gone, strict=True)])


RNG = np.random.default_rng(7)
COLUMNS: dict[str, Any] = {
    "age": RNG.integers(18, 90, ROWS),
    "job": RNG.choice(["nurse", "cook", "smith"], ROWS, p=[0.6, 0.3, 0.1]),
    "gain": np.where(RNG.random(ROWS) < 0.8, 0, RNG.lognormal(8, 1, ROWS).astype(int)),
    "price": np.round(RNG.random(ROWS) * 300, 2),
    "points": np.where(RNG.random(ROWS) < 0.2, "N", RNG.integers(0, 400, ROWS).astype(str)),
    "smoker": RNG.choice(["True", "False"], ROWS),
    "born": np.datetime64("1950-01-01") + RNG.integers(0, 20_000, ROWS),
    "seen": RNG.choice(["2024-05-01 10:00:00", "2025-07-02 11:30:00"], ROWS),
    "name": np.array([f"person {i}" for i in range(ROWS)]),
    "empty": np.full(ROWS, ""),
}


def test_every_kind_of_column_is_recognised_from_noisy_counts(make_contract: Make, held: Held) -> None:
    """At epsilon 10 each fact is more than 8 standard deviations clear."""
    contract = make_contract([{"name": name, "domain_source": "dp_estimated"} for name in COLUMNS], privacy=RICH)
    table = {name: texts(values, seed=i) for i, (name, values) in enumerate(COLUMNS.items())}
    table["empty"] = pa.nulls(ROWS, pa.string())
    found = bought(contract, held, **table)
    columns = {column.name: column for column in found.contract.columns}
    shown = {name: getattr(column, "type", "dropped") for name, column in columns.items()}
    assert shown == {
        "age": "integer", "job": "category", "gain": "integer", "price": "number", "points": "integer",
        "smoker": "boolean", "born": "date", "seen": "datetime", "name": "dropped", "empty": "dropped",
    }  # fmt: skip
    age, gain, price, points = (columns[name] for name in ("age", "gain", "price", "points"))
    assert isinstance(age, NumericColumn) and age.bounds == (16, 127) and age.bins == 112
    assert isinstance(gain, NumericColumn) and gain.atoms == (0,) and gain.bounds[0] == 0 and gain.bounds[1] >= 16383
    assert isinstance(price, NumericColumn) and price.step == 0.01 and price.bounds == (0.0, 511.99)
    assert isinstance(points, NumericColumn) and points.special == {"N": ""}
    job = columns["job"]
    assert isinstance(job, CategoryColumn) and job.categories == ("cook", "nurse", "smith") and job.other == "other"
    assert all(getattr(column, "domain_source", "dp_estimated") == "dp_estimated" for column in columns.values())
    codec = Codec(found.contract)
    codes = codec.encode(pa.table(table))
    assert {len(column) for column in codes.values()} == {ROWS}
    assert codec.decode(codes, np.random.default_rng(0)).schema.field("born").type == pa.date32()


def test_typed_columns_of_a_parquet_file(make_contract: Make, held: Held) -> None:
    declared = [
        {"name": "n", "type": "integer", "domain_source": "dp_estimated", "arrow": "int16"},
        {"name": "x", "type": "number", "domain_source": "dp_estimated", "arrow": "float"},
        {"name": "day", "type": "date", "domain_source": "dp_estimated"},
        {"name": "code", "type": "category", "domain_source": "dp_estimated", "arrow": "int64"},
    ]
    table = {
        "n": pa.array(RNG.integers(-300, 0, ROWS), pa.int16()),
        "x": pa.array(RNG.normal(0, 3, ROWS), pa.float32()),
        "day": pa.array(RNG.integers(19_000, 20_000, ROWS), pa.int32()).cast(pa.date32()),
        "code": pa.array(RNG.choice([3, 11, 40], ROWS)),
    }
    found = bought(make_contract(declared, privacy=RICH), held, **table)
    columns = {column.name: column for column in found.contract.columns}
    code, n = columns["code"], columns["n"]
    assert isinstance(code, CategoryColumn) and code.categories == (3, 11, 40) and code.other is False
    assert isinstance(n, NumericColumn) and n.bounds[0] == -512
    codec = Codec(found.contract)
    rows = codec.decode(codec.encode(pa.table(table)), np.random.default_rng(0))
    assert [field.type for field in rows.schema] == [pa.int16(), pa.float32(), pa.date32(), pa.int64()]


def test_a_secret_that_one_person_holds_is_nowhere(make_contract: Make, held: Held) -> None:
    """The value is released with probability at most delta / 1000."""
    contract = make_contract([{"name": name, "domain_source": "dp_estimated"} for name in ("job", "gain")])
    job, gain = texts(COLUMNS["job"]).to_pylist(), texts(COLUMNS["gain"]).to_pylist()
    job[17], gain[18] = "SECRET-4711", "987654321"
    found = bought(contract, held, job=job, gain=gain)
    shown = f"{found.contract.model_dump_json()}{found.items}"
    assert "4711" not in shown and "987654321" not in shown


def test_where_nothing_is_open_nothing_is_drawn(make_contract: Make, held: Held) -> None:
    found = bought(make_contract([{"name": "job", "type": "category", "categories": ["cook"]}]), held, job=["cook"])
    assert (found.nano_rho, found.items) == (0, [])


def test_atoms_are_filled_into_a_stated_column(make_contract: Make, held: Held) -> None:
    contract = make_contract([{"name": "gain", "type": "integer", "bounds": [-10, 10**6]}])
    assert contract.fit_digest() != make_contract([{**contract.columns[0].model_dump(), "atoms": []}]).fit_digest()
    found = bought(contract, held, gain=pa.array(COLUMNS["gain"]))
    assert found.contract.columns[0].atoms == (0,)  # pyright: ignore
    assert found.items[0]["found"] == "1 atoms"
    back = contract.with_domains_of(found.contract)
    assert back == found.contract


def test_few_rows_buy_little_and_never_fail(make_contract: Make, held: Held) -> None:
    contract = make_contract([{"name": "a", "domain_source": "dp_estimated"}, {"name": "b", "type": "boolean"}])
    found = bought(contract, held, a=["x", "7", None])
    assert isinstance(found.contract.columns[0], FreeTextColumn)


def test_what_hangs_on_a_dropped_column_goes_with_it(make_contract: Make, held: Held) -> None:
    columns = [
        {"name": "name", "domain_source": "dp_estimated"},
        {"name": "initial", "from": "name", "map": {"x": "y"}, "nullable": True},
        {"name": "smoker", "type": "boolean"},
    ]
    contract = make_contract(columns, constraints=[{"forbid": {"name": "x", "smoker": True}}])
    found = bought(contract, held, name=texts(COLUMNS["name"])).contract
    assert [isinstance(column, FreeTextColumn) for column in found.columns] == [True, True, False]
    assert found.constraints == contract.with_domains_of(found).constraints == ()
    assert list(Codec(contract.with_domains_of(found)).domain) == ["smoker"]


def test_a_table_of_which_nothing_can_be_told_is_an_error_that_says_so(make_contract: Make, held: Held) -> None:
    contract = make_contract([{"name": "name", "type": "category", "domain_source": "dp_estimated"}])
    with pytest.raises(DataError, match="the charge stands"):
        bought(contract, held, name=texts(COLUMNS["name"]))
