"""Dates and times: bounds in days and in the timestamp's unit, zones, values outside."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import ContractError, DataError

Make = Callable[..., Contract]


def codec(make: Make, **column: Any) -> Codec:
    return Codec(make([{"name": "x", **column}]))


def back(given: Codec, cells: pa.Array) -> list[Any]:
    return given.decode(given.encode(pa.table({"x": cells})), np.random.default_rng(0))["x"].to_pylist()


def test_a_hundred_days_are_listed_and_come_back_exactly(make_contract: Make) -> None:
    days = codec(make_contract, type="date", bounds=[date(1969, 12, 1), date(1970, 3, 1)])
    assert days.domain == {"x": 91}
    cells = [date(1969, 12, 1), date(1969, 12, 31), date(1970, 1, 1), date(1970, 3, 1)]
    assert back(days, pa.array(cells)) == cells
    assert back(days, pa.array([date(1900, 1, 1), date(2100, 1, 1)])) == [cells[0], cells[3]]


def test_years_are_cut_into_equal_bins_of_days(make_contract: Make) -> None:
    years = codec(make_contract, type="date", bounds=[date(2020, 1, 1), date(2024, 1, 1)], bins=4)
    days = [date(2020, 12, 31), date(2021, 1, 1), date(2023, 1, 1), date(2024, 1, 1)]
    assert years.encode(pa.table({"x": days}))["x"].tolist() == [0, 1, 3, 3], "365.25 days a bin"


@pytest.mark.parametrize(("outside", "codes"), [("null", [0, 9, 10, 10]), ("clip", [0, 9, 9, 0])])
def test_days_beyond_bounds_follow_outside(make_contract: Make, outside: str, codes: list[int]) -> None:
    bounds = [date(2020, 1, 1), date(2020, 1, 10)]
    days = codec(make_contract, type="date", bounds=bounds, outside=outside, nullable=True)
    cells = [*bounds, date(2020, 1, 11), date(2019, 12, 31)]
    assert days.encode(pa.table({"x": cells}))["x"].tolist() == codes


def test_refused_days_are_named_by_row(make_contract: Make) -> None:
    days = codec(make_contract, type="date", bounds=[date(2020, 1, 1), date(2020, 1, 10)], outside="refuse")
    with pytest.raises(DataError, match="row 1") as refusal:
        days.encode(pa.table({"x": [date(1987, 6, 5)]}))
    assert "1987" not in str(refusal.value)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_bounds_of_a_timestamp_are_exact_in_its_unit(make_contract: Make, unit: str) -> None:
    bounds = [datetime(1969, 12, 31, 23, 59, 58), datetime(1970, 1, 1)]
    times = codec(make_contract, type="datetime", bounds=bounds, arrow=f"timestamp[{unit}]", bins=2)
    drawn = times.decode({"x": np.repeat([0, 1], 500).astype(np.int32)}, np.random.default_rng(0))["x"]
    assert drawn.type == pa.timestamp(unit)
    counts = drawn.cast(pa.int64()).to_numpy()
    second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    assert counts[:500].min() >= -2 * second and counts[:500].max() < -second
    assert counts[500:].min() >= -second and counts[500:].max() <= 0


@pytest.mark.parametrize(
    ("zone", "bound"),
    [
        ("Europe/Berlin", datetime(2020, 7, 1, 2)),
        ("Europe/Berlin", datetime(2020, 7, 1, tzinfo=UTC)),
        ("UTC", datetime(2020, 7, 1)),
        ("+02:00", datetime(2020, 7, 1, 2)),
        ("UTC", datetime(2020, 7, 1, 2, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_bounds_are_wall_time_of_the_columns_zone_unless_they_name_one(
    make_contract: Make, zone: str, bound: Any
) -> None:
    column = {"type": "datetime", "bounds": [bound, bound + timedelta(seconds=9)], "outside": "refuse"}
    times = codec(make_contract, arrow=f"timestamp[s, {zone}]", **column)
    start = int(datetime(2020, 7, 1, tzinfo=UTC).timestamp())
    cells = pa.array(range(start, start + 10)).cast(pa.timestamp("s", zone))
    assert times.encode(pa.table({"x": cells}))["x"].tolist() == list(range(10))


def test_bounds_that_the_column_cannot_hold_are_refused(make_contract: Make) -> None:
    with pytest.raises(ContractError, match="time zone"):
        codec(
            make_contract, type="datetime", bounds=[datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)]
        )
    with pytest.raises(ContractError, match="cannot hold"):
        codec(make_contract, type="datetime", bounds=[date(1500, 1, 1), date(2021, 1, 1)], arrow="timestamp[ns]")


def test_a_plain_date_bounds_a_datetime_column_at_its_midnight(make_contract: Make) -> None:
    bounds = [date(1970, 1, 1), date(1970, 1, 2)]
    days = codec(
        make_contract, type="datetime", bounds=bounds, arrow="timestamp[s]", outside="null", nullable=True, bins=1
    )
    cells = pa.array([-1, 0, 86_400, 86_401]).cast(pa.timestamp("s"))
    assert days.encode(pa.table({"x": cells}))["x"].tolist() == [1, 0, 0, 1]
