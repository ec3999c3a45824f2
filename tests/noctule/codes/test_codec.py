"""The laws of the codec, for every kind of column and Arrow type."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import TemplateColumn
from noctule.errors import BundleError, ContractError, DataError
from tests.contracts import contract_of

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
TEXTS = ["string", "large_string", "dictionary<int32, string>", "dictionary<int64, large_string>"]
FAST = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def integer_column(draw: st.DrawFn) -> dict[str, Any]:
    arrow = draw(st.sampled_from(INTEGERS))
    limits = np.iinfo(arrow)
    reach = st.integers(int(limits.min), int(limits.max)) | st.integers(0, 120)
    low, high = sorted(draw(st.tuples(reach, reach).filter(lambda pair: 0 < abs(pair[0] - pair[1]) < 2**63)))
    return numeric(draw, low, high, st.integers(low, high), type="integer", arrow=arrow) | {
        "step": draw(st.none() | st.integers(1, 30))
    }


@st.composite
def float_column(draw: st.DrawFn) -> dict[str, Any]:
    arrow, width = draw(st.sampled_from([("double", 64), ("float", 32), ("halffloat", 16)]))
    most = {64: 1e300, 32: 2.0**100, 16: 60000.0}[width]
    reach = st.floats(-most, most, width=width) | st.integers(-100, 1000)
    low, high = sorted(draw(st.tuples(reach, reach).filter(lambda pair: pair[0] != pair[1])))
    return numeric(draw, low, high, st.floats(float(low), float(high)), type="number", arrow=arrow)


@st.composite
def stepped_column(draw: st.DrawFn) -> dict[str, Any]:
    arrow = draw(st.sampled_from(["double", "float", "decimal128(12, 3)", "decimal128(38, 4)"]))
    step = draw(st.sampled_from([0.001, 0.05, 0.1, 0.25, 1, 5, 100]))
    low = draw(st.integers(-100, 100)) * step
    low = round(low, 3)
    high = round(low + draw(st.integers(1, 400)) * step + draw(st.sampled_from([0, step / 2])), 4)
    atoms = st.integers(0, int((high - low) / step)).map(lambda k: round(low + k * step, 3))
    return numeric(draw, low, high, atoms, type="number", arrow=arrow) | {"step": step}


@st.composite
def decimal_column(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(-10_000, 10_000)) / 100
    high = low + draw(st.integers(1, 10_000)) / 100
    atoms = st.floats(low, high).map(lambda x: round(x, 2)).filter(lambda x: low <= x <= high)
    return numeric(draw, low, high, atoms, type="number", arrow="decimal128(9, 2)")


@st.composite
def coded_column(draw: st.DrawFn) -> dict[str, Any]:
    """A number with special codes, kept as text."""
    if draw(st.booleans()):
        low, high = sorted(
            draw(st.tuples(st.integers(-500, 10**9), st.integers(-500, 10**9)).filter(lambda p: p[0] != p[1]))
        )
        column = numeric(draw, low, high, st.integers(low, high), type="integer")
    elif draw(st.booleans()):
        column = draw(stepped_column())
    else:
        column = draw(float_column())
    codes = draw(st.lists(st.sampled_from(["N", "NA", "top", "x y"]), min_size=1, unique=True))
    return column | {"arrow": draw(st.sampled_from(TEXTS)), "special": dict.fromkeys(codes, "a meaning")}


def numeric(draw: st.DrawFn, low: Any, high: Any, atoms: st.SearchStrategy[Any], **keys: Any) -> dict[str, Any]:
    nullable = draw(st.booleans())
    return {
        "bounds": [low, high],
        "bins": draw(st.none() | st.integers(1, 40) | st.just(4096)),
        "scale": draw(st.sampled_from(["linear", "log"])) if low >= 0 else "linear",
        "atoms": draw(st.lists(atoms, max_size=4, unique=True)),
        "nullable": nullable,
        "outside": draw(st.sampled_from(["clip", "refuse", *(["null"] if nullable else [])])),
        **keys,
    }


@st.composite
def time_column(draw: st.DrawFn) -> dict[str, Any]:
    nullable = draw(st.booleans())
    rest = {"bins": draw(st.none() | st.integers(1, 50)), "nullable": nullable}
    first = draw(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
    if draw(st.booleans()):
        return {"type": "date", "bounds": [first, first + timedelta(draw(st.integers(1, 5000)))], **rest}
    start = datetime(first.year, first.month, first.day, 3, 30)
    end = start + draw(st.timedeltas(timedelta(seconds=2), timedelta(9000)))
    unit = draw(st.sampled_from(["s", "ms", "us", "ns"]))
    zone = draw(st.sampled_from(["", ", UTC", ", Europe/Berlin", ", +02:00"]))
    if zone and draw(st.booleans()):
        start, end = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    return {"type": "datetime", "bounds": [start, end], "arrow": f"timestamp[{unit}{zone}]", **rest}


@st.composite
def category_column(draw: st.DrawFn) -> dict[str, Any]:
    rest: dict[str, Any] = {"type": "category", "nullable": draw(st.booleans())}
    if draw(st.booleans()):
        values = draw(st.lists(st.integers(-100, 100), min_size=1, max_size=20, unique=True))
        arrow = draw(st.sampled_from([None, "int8", "int32", "int64"]))
        return rest | {"categories": values, "other": draw(st.sampled_from([False, 101])), "arrow": arrow}
    values = draw(st.lists(st.text(min_size=0, max_size=5), min_size=1, max_size=20, unique=True))
    arrow = draw(st.sampled_from([*TEXTS, "dictionary<int8, string>", "dictionary<uint16, string>"]))
    return rest | {"categories": values, "other": draw(st.sampled_from([False, "OTHER!"])), "arrow": arrow}


@st.composite
def template_column(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.sampled_from([["a"], ["systolic", "diastolic"], ["x y", "é", "z"]]))
    between = draw(st.sampled_from(["/", " - ", "-", " (of) ", "\n", ".*+"]))
    parts: dict[str, Any] = {}
    for name in names:
        low = draw(st.integers(-50, 10**6))
        parts[name] = {
            "type": "integer",
            "bounds": [low, low + draw(st.integers(1, 300))],
            "bins": draw(st.none() | st.integers(1, 20)),
        }
    text = draw(st.sampled_from(["", "p-", "7"])) + between.join(f"{{{name}}}" for name in names)
    text += draw(st.sampled_from(["", " mmHg", "00"]))
    return {"type": "text", "format": text, "parts": parts, "nullable": draw(st.booleans())} | {
        "arrow": draw(st.sampled_from(TEXTS))
    }


BOOLEANS = st.booleans().map(lambda nullable: {"type": "boolean", "nullable": nullable})
ANY_COLUMN = st.one_of(
    integer_column(),
    float_column(),
    stepped_column(),
    decimal_column(),
    coded_column(),
    time_column(),
    category_column(),
    template_column(),
    BOOLEANS,
)
COLUMNS = st.lists(ANY_COLUMN, min_size=1, max_size=3).map(
    lambda columns: [column | {"name": f"c{at}"} for at, column in enumerate(columns)]
)


def codec_of(columns: list[dict[str, Any]]) -> Codec:
    try:
        return Codec(contract_of(columns))
    except ContractError:  # a type that cannot hold the drawn domain; test_grid_axis.py covers the refusals
        assume(False)
        raise


def any_codes(codec: Codec, rows: int, seed: int) -> Codes:
    """Every code at least once, in random company; the parts of a null template have code 0."""
    rng = np.random.default_rng(seed)
    rows = max(rows, *codec.domain.values())
    codes: Codes = {
        name: rng.permutation(np.resize(np.arange(size, dtype=np.int32), rows)) for name, size in codec.domain.items()
    }
    for column in codec.contract.modelled:
        if isinstance(column, TemplateColumn) and column.nullable:
            first, *rest = [a for a in codec.attributes if a.column == column.name]
            for attribute in rest:
                codes[attribute.name][codes[first.name] == first.size - 1] = 0
    return codes


@given(COLUMNS, st.integers(0, 30), st.integers(0, 2**32))
@FAST
def test_codes_survive_the_way_out_and_back(columns: list[dict[str, Any]], rows: int, seed: int) -> None:
    """The round-trip law: encode(decode(codes)) == codes, with the contract's exact Arrow types between."""
    codec = codec_of(columns)
    codes = any_codes(codec, rows, seed)
    table = codec.decode(codes, np.random.default_rng(seed))
    table.validate(full=True)
    assert table.schema == pa.schema([(c.name, arrow_type(c)) for c in codec.contract.columns])
    again = codec.encode(table)
    assert list(again) == list(codes)
    for name, expected in codes.items():
        assert again[name].dtype == np.int32
        np.testing.assert_array_equal(again[name], expected, err_msg=name)


CELLS: dict[str, st.SearchStrategy[Any]] = {
    "number": st.floats() | st.integers(-1000, 1000).map(float),
    "text": st.text(max_size=8) | st.integers(-(10**30), 10**30).map(str) | st.floats().map(str) | st.just("N"),
}


def any_array(draw: st.DrawFn, kind: pa.DataType, rows: int) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return any_array(draw, kind.value_type, rows).dictionary_encode()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        cells = CELLS["text"]
    elif pa.types.is_floating(kind):
        cells = CELLS["number"]
    elif pa.types.is_boolean(kind):
        cells = st.booleans()
    elif pa.types.is_decimal(kind):
        nines = min(10**kind.precision - 1, 10**37)
        cells = st.decimals(-nines, nines, places=0).map(lambda d: d.scaleb(-kind.scale))
    else:
        bits = kind.bit_width
        unsigned = str(kind).startswith("uint")
        cells = st.integers(0, 2**bits - 1) if unsigned else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    drawn = draw(st.lists(st.none() | cells, min_size=rows, max_size=rows))
    if pa.types.is_temporal(kind):
        return pa.array(drawn, pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(kind)
    if pa.types.is_floating(kind):
        with np.errstate(over="ignore"):
            floats = np.array([0.0 if x is None else x for x in drawn]).astype(kind.to_pandas_dtype())
        return pa.array(floats, mask=np.array([x is None for x in drawn], bool))
    return pa.array(drawn, kind)


@given(st.data(), COLUMNS, st.integers(1, 20))
@FAST
def test_any_cell_gets_a_code_in_the_domain_or_is_refused(data: st.DataObject, columns: Any, rows: int) -> None:
    """Whatever the cells: codes in [0, size) and the same schema back, or a DataError with nothing chained to it."""
    codec = codec_of(columns)
    table = pa.table({c.name: any_array(data.draw, arrow_type(c), rows) for c in codec.contract.columns})
    try:
        codes = codec.encode(table)
    except DataError as refusal:
        assert refusal.__context__ is None and refusal.__cause__ is None
        assert any(not c.nullable or getattr(c, "outside", "") == "refuse" for c in codec.contract.modelled), (
            "only such columns may refuse a cell"
        )
        return
    for name, size in codec.domain.items():
        assert len(codes[name]) == rows
        assert codes[name].min() >= 0 and codes[name].max() < size
    back = codec.decode(codes, np.random.default_rng(0))
    assert back.schema.types == [arrow_type(c) for c in codec.contract.columns]
    for name, expected in codec.encode(back).items():
        np.testing.assert_array_equal(expected, codes[name])


@given(ANY_COLUMN, st.integers(0, 2**32))
@FAST
def test_a_table_is_its_own_image_when_every_value_has_a_code(column: dict[str, Any], seed: int) -> None:
    codec = codec_of([column | {"name": "c0"} | ({"bins": 4096} if "bins" in column else {})])
    codes = any_codes(codec, 40, seed)
    listed = codec._columns["c0"].values()
    assume(listed is not None and len(listed) + codec.contract.modelled[0].nullable == codec.domain.get("c0"))
    table = codec.decode(codes, np.random.default_rng(seed))
    assert set(table["c0"].to_pylist()) - {None} == set(listed.to_pylist())
    assert codec.decode(codec.encode(table), np.random.default_rng(seed + 1)).equals(table)


def test_columns_come_out_in_contract_order_with_derived_ones_and_without_the_rest(
    make_contract: Callable[..., Contract],
) -> None:
    contract = make_contract(
        [
            {"name": "id", "role": "identifier"},
            {"name": "grade", "from": "level", "map": {"1": "low", "2": "high"}},
            {"name": "who", "role": "pii", "pii": "email", "release": "fake"},
            {"name": "level", "type": "category", "categories": [1, 2]},
            {"name": "ok", "type": "boolean"},
        ]
    )
    codec = Codec(contract)
    assert codec.domain == {"level": 2, "ok": 2}
    table = pa.table({"ok": [True, False], "stranger": ["x", "y"], "level": [2, 1]})
    back = codec.decode(codec.encode(table), np.random.default_rng(0))
    assert back.to_pydict() == {"grade": ["high", "low"], "level": [2, 1], "ok": [True, False]}
    assert back.schema == pa.schema([("grade", pa.string()), ("level", pa.int64()), ("ok", pa.bool_())])


def test_rows_are_numbered_across_chunks(make_contract: Callable[..., Contract]) -> None:
    codec = Codec(make_contract([{"name": "ok", "type": "boolean"}]))
    cells = pa.chunked_array([[True, False], [], [True, None]], pa.bool_())
    with pytest.raises(DataError, match="column 'ok', row 4"):
        codec.encode(pa.table({"ok": cells}))


def test_no_rows_in_no_rows_out(make_contract: Callable[..., Contract]) -> None:
    columns = [
        {"name": "a", "type": "number", "bounds": [0, 1], "arrow": "decimal128(5, 2)"},
        {"name": "b", "type": "integer", "bounds": [0, 9], "special": {"N": "none"}},
        {
            "name": "c",
            "type": "text",
            "format": "{x}/{y}",
            "parts": {k: {"type": "integer", "bounds": [0, 9]} for k in "xy"},
        },
        {"name": "d", "from": "b", "map": {"1": 1.5}, "nullable": True},
    ]
    codec = Codec(make_contract(columns))
    rows: Codes = {name: np.zeros(0, np.int32) for name in codec.domain}
    table = codec.decode(rows, np.random.default_rng(0))
    assert table.num_rows == 0 and table.column_names == ["a", "b", "c", "d"]
    assert all(len(given) == 0 for given in codec.encode(table).values())


def test_the_same_seed_gives_the_same_rows(make_contract: Callable[..., Contract]) -> None:
    codec = Codec(make_contract([{"name": "x", "type": "number", "bounds": [0, 1]}]))
    codes: Codes = {"x": np.arange(32, dtype=np.int32)}
    first, again, other = (codec.decode(codes, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)


@pytest.mark.parametrize(
    "codes",
    [{}, {"ok": [2], "no": [0]}, {"ok": [-1], "no": [0]}, {"ok": [0, 1], "no": [0]}],
    ids=["missing", "too large", "negative", "uneven"],
)
def test_codes_of_another_domain_are_refused(
    make_contract: Callable[..., Contract], codes: dict[str, list[int]]
) -> None:
    codec = Codec(make_contract([{"name": "ok", "type": "boolean"}, {"name": "no", "type": "boolean"}]))
    with pytest.raises(BundleError):
        codec.decode({name: np.array(given, np.int32) for name, given in codes.items()}, np.random.default_rng(0))


def test_a_missing_or_doubled_column_is_named(make_contract: Callable[..., Contract]) -> None:
    codec = Codec(make_contract([{"name": "ok", "type": "boolean"}]))
    doubled = pa.Table.from_arrays([pa.array([True])] * 2, names=["ok", "ok"])
    for table in (pa.table({"other": [True]}), doubled):
        with pytest.raises(DataError, match="'ok'"):
            codec.encode(table)


def test_a_column_named_like_a_part_is_refused(make_contract: Callable[..., Contract]) -> None:
    parts = {"low": {"type": "integer", "bounds": [0, 9]}}
    columns = [
        {"name": "bp", "type": "text", "format": "{low}!", "parts": parts},
        {"name": "bp.low", "type": "boolean"},
    ]
    with pytest.raises(ContractError, match="part"):
        Codec(make_contract(columns))


def test_a_million_rows_of_fifteen_columns_take_seconds(make_contract: Callable[..., Contract]) -> None:
    """Issue 2, item 5. Bounds of 4 CPU seconds each way are about four times what one core needs."""
    whole = {"type": "integer", "bounds": [0, 110], "bins": 22}
    kinds: list[dict[str, Any]] = [
        whole,
        whole | {"arrow": "int8", "atoms": [40]},
        {"type": "integer", "bounds": [0, 99_999], "scale": "log", "bins": 32, "atoms": [0], "nullable": True},
        {"type": "number", "bounds": [0, 1e6]},
        {"type": "number", "bounds": [0, 500], "step": 0.1},
        {"type": "number", "bounds": [0, 1000], "arrow": "decimal128(10, 2)"},
        {"type": "integer", "bounds": [0, 501], "special": {"N": "not asked"}, "nullable": True},
        {"type": "date", "bounds": [date(2020, 1, 1), date(2024, 12, 31)]},
        {"type": "datetime", "bounds": [datetime(2020, 1, 1), datetime(2024, 12, 31)], "nullable": True},
        {"type": "text", "format": "{s}/{d}", "parts": {k: {"type": "integer", "bounds": [30, 240]} for k in "sd"}},
        {"type": "category", "categories": ["a", "b", "c"], "other": True, "nullable": True},
        {"type": "category", "categories": ["a", "b", "c"], "arrow": "dictionary<int32, string>"},
        {"type": "category", "categories": [1, 2, 3]},
        {"type": "boolean"},
        {"type": "boolean", "nullable": True},
    ]
    codec = Codec(make_contract([kind | {"name": f"c{at}"} for at, kind in enumerate(kinds)]))
    codes = any_codes(codec, 1_000_000, 0)
    begun = time.process_time()
    table = codec.decode(codes, np.random.default_rng(0))
    decoded = time.process_time()
    codec.encode(table)
    encoded = time.process_time()
    print(f"1M x 15: decode {decoded - begun:.2f} CPU s, encode {encoded - decoded:.2f} CPU s")
    assert decoded - begun < 4 and encoded - decoded < 4
