"""Arrow numbers to numpy and back, and which types pass for the declared one."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes.storage import as_declared, read, store
from noctule.errors import DataError


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, None, -128], pa.int8()),
        ([1, None, 2**64 - 1], pa.uint64()),
        ([np.float16(0.5), None, np.float16(-2)], pa.float16()),
        ([Decimal("-1.23"), None, Decimal("92233720368547758.07")], pa.decimal128(38, 2)),
        ([-1, None, 20_000], pa.date32()),
        ([-1, None, 2**62], pa.timestamp("ns", "Europe/Berlin")),
    ],
    ids=str,
)
def test_numbers_come_back_also_from_a_slice(cells: list[Any], kind: pa.DataType) -> None:
    array = pa.array(cells, kind)
    for part in (array, array.slice(1), array.slice(2), array.slice(3)):
        x, missing = read(part)
        again = store(x, missing, kind)
        again.validate(full=True)
        assert again.equals(part)


def test_nan_is_missing() -> None:
    x, missing = read(pa.array([np.nan, 1.0, None, np.inf]))
    assert missing.tolist() == [True, False, True, False] and x.tolist() == [0, 1, 0, np.inf]


def test_decimals_beyond_64_bits_saturate_with_their_sign() -> None:
    x, _ = read(pa.array([Decimal(10) ** 30, -(Decimal(10) ** 30), Decimal(2) ** 63], pa.decimal128(38, 0)))
    assert x.tolist() == [2**63 - 1, -(2**63), 2**63 - 1]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (pa.array([1, 2], pa.int64()), pa.int8()),
        (pa.array([1, 2], pa.int64()), pa.float32()),
        (pa.array([1.5, 2.5]), pa.decimal128(5, 1)),
        (pa.array([0], pa.int64()).cast(pa.date64()), pa.date32()),
        (pa.nulls(2), pa.bool_()),
        (pa.array([1], pa.timestamp("s", "UTC")), pa.timestamp("us", "Europe/Berlin")),
    ],
    ids=str,
)
def test_other_widths_pass(given: pa.Array, kind: pa.DataType) -> None:
    assert as_declared(given, kind, "x").type == kind


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (pa.array([1, 91_827_364]), pa.int8()),
        (pa.array([91_827_364.5]), pa.int64()),
        (pa.array(["91827364"]), pa.int64()),
        (pa.array([1, 0]), pa.bool_()),
        (pa.array([91_827_364], pa.timestamp("s")), pa.timestamp("s", "UTC")),
    ],
    ids=str,
)
def test_what_would_change_a_value_or_its_kind_is_refused_without_it(given: pa.Array, kind: pa.DataType) -> None:
    with pytest.raises(DataError, match="column 'x'") as refusal:
        as_declared(given, kind, "x")
    assert "91827364" not in str(refusal.value) + repr(refusal.value)
    assert refusal.value.__context__ is None and refusal.value.__cause__ is None
