"""Text cells to declared types: what is taken, what is refused."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from noctule.contract import Contract
from noctule.errors import DataError
from noctule.ingest.cells import typed

UTC = dt.UTC
BERLIN = pa.timestamp("us", "Europe/Berlin")
TAKEN: list[tuple[pa.DataType, str, Any]] = [
    (pa.int64(), "-12", -12),
    (pa.int64(), " 12 ", 12),
    (pa.int64(), "0", 0),
    (pa.uint64(), str(2**64 - 1), 2**64 - 1),
    (pa.float64(), "0.5", 0.5),
    (pa.float64(), "-.5", -0.5),
    (pa.float64(), "1e3", 1000.0),
    (pa.float64(), "9007199254740991", 2.0**53 - 1),
    (pa.float64(), "1e300", 1e300),
    (pa.decimal128(10, 2), "1.50", Decimal("1.50")),
    (pa.decimal128(10, 2), "1.500", Decimal("1.50")),
    (pa.bool_(), "true", True),
    (pa.bool_(), "FALSE", False),
    (pa.bool_(), "1", True),
    (pa.date32(), "2024-02-29", dt.date(2024, 2, 29)),
    (pa.timestamp("us"), "2024-01-31", dt.datetime(2024, 1, 31)),
    (pa.timestamp("us"), "2024-01-31T23:59", dt.datetime(2024, 1, 31, 23, 59)),
    (pa.timestamp("us"), "2024-01-31 23:59:58.000001", dt.datetime(2024, 1, 31, 23, 59, 58, 1)),
    (BERLIN, "2024-01-31T23:59:58Z", dt.datetime(2024, 1, 31, 23, 59, 58, tzinfo=UTC)),
    (BERLIN, "2024-01-31 23:59:58+01:00", dt.datetime(2024, 1, 31, 22, 59, 58, tzinfo=UTC)),
    (pa.large_string(), " as it is ", " as it is "),
    (pa.dictionary(pa.int8(), pa.large_string()), "007", "007"),
]
LOST: list[tuple[pa.DataType, str, str]] = [
    (pa.int64(), "007", "leading zeros"),
    (pa.int64(), "-01", "leading zeros"),
    (pa.int64(), "+5", "int64"),
    (pa.int64(), "5.0", "int64"),
    (pa.int64(), "0x1F", "int64"),
    (pa.int64(), "1_000", "int64"),
    (pa.int64(), "9223372036854775808", "int64"),
    (pa.int8(), "128", "int8"),
    (pa.uint8(), "-1", "uint8"),
    (pa.float64(), "1e400", "finite"),
    (pa.float64(), "-inf", "finite"),
    (pa.float64(), "NaN", "finite"),
    (pa.float64(), "1,5", "finite"),
    (pa.float64(), "00.5", "leading zeros"),
    (pa.float64(), "9007199254740993", "too long"),
    (pa.float32(), "1e39", "finite"),
    (pa.decimal128(10, 2), "1.505", "without loss"),
    (pa.decimal128(10, 2), "123456789.00", "without loss"),
    (pa.decimal128(10, 2), "01.5", "leading zeros"),
    (pa.bool_(), "yes", "true, false"),
    (pa.date32(), "2023-02-29", "ISO 8601"),
    (pa.date32(), "31.01.2024", "ISO 8601"),
    (pa.date32(), "2024-01-31 00:00:00", "ISO 8601"),
    (pa.timestamp("us"), "2024-01-31T23:59:58Z", "ISO 8601"),
    (pa.timestamp("us"), "2024-01-31 23:59:58.0000001", "ISO 8601"),
    (BERLIN, "2024-01-31T23:59:58", "with its zone"),
    (pa.timestamp("ns"), "2300-01-01", "ISO 8601"),
]

FINE = {  # a sound cell, to stand around the bad one
    pa.bool_(): "true",
    pa.date32(): "2024-01-31",
    pa.timestamp("us"): "2024-01-31",
    pa.timestamp("ns"): "2024-01-31",
    BERLIN: "2024-01-31T23:59:58Z",
}


def convert(kind: pa.DataType, cells: list[str | None], contract: Contract, before: int = 0) -> pa.Array:
    batch = pa.RecordBatch.from_arrays([pa.array(cells, pa.string())], names=["x"])
    return typed(batch, pa.schema([("x", kind)]), contract.source, before).column(0)


@pytest.mark.parametrize(("kind", "cell", "value"), TAKEN)
def test_taken(contract_for: Callable[..., Contract], kind: pa.DataType, cell: str, value: Any) -> None:
    found = convert(kind, [None, cell], contract_for())
    assert found.type == kind
    assert found.to_pylist() == [None, value]


@pytest.mark.parametrize(("kind", "cell", "words"), LOST)
def test_refused_by_place(contract_for: Callable[..., Contract], kind: pa.DataType, cell: str, words: str) -> None:
    fine = FINE.get(kind, "1")
    with pytest.raises(DataError) as caught:
        convert(kind, [fine, None, fine, cell, fine, cell], contract_for(), before=1000)
    assert caught.value.where == "sample.csv, column 'x', data row 1004"
    assert words in str(caught.value)
    assert caught.value.__context__ is None


def test_quoted_nulls_are_null_outside_text(contract_for: Callable[..., Contract]) -> None:
    contract = contract_for(nulls=["", "-9"])
    assert convert(pa.int64(), ["", "-9", " -9", "9"], contract).to_pylist() == [None, None, None, 9]
    assert convert(pa.string(), ["", "-9", None], contract).to_pylist() == ["", "-9", None]


def test_a_dictionary_too_small_for_its_values(contract_for: Callable[..., Contract]) -> None:
    with pytest.raises(DataError, match=r"column 'x', data row 129: .* too few"):
        convert(pa.dictionary(pa.int8(), pa.string()), [f"v{i}" for i in range(200)], contract_for())
