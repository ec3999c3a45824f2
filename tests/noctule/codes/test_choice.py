"""Words mean exactly the codes whose every value they name, or are refused."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from noctule.arrow import pc
from noctule.codes import Codec
from noctule.codes.choice import choice
from noctule.contract import Contract
from noctule.errors import UsageError

COLUMNS = [
    {"name": "sex", "type": "category", "categories": ["f", "m"], "other": "unknown", "nullable": True},
    {"name": "ward", "type": "category", "categories": [1, 2, 30]},
    {"name": "back", "type": "boolean"},
    {"name": "age", "type": "integer", "bounds": [0, 99], "bins": 10, "atoms": [18], "nullable": True},
    {"name": "bmi", "type": "number", "bounds": [10, 60], "bins": 5},
    {"name": "price", "type": "number", "bounds": [0, 10], "bins": 4, "arrow": "decimal128(6, 2)"},
    {"name": "income", "type": "integer", "bounds": [0, 99], "bins": 10, "special": {"N": "not asked"}},
    {"name": "day", "type": "date", "bounds": ["2024-01-01", "2024-12-30"], "bins": 12},
    {"name": "at", "type": "datetime", "bounds": ["2024-01-01T00:00:00", "2024-01-02T00:00:00"], "bins": 24},
    {"name": "bp", "type": "text", "format": "{high}/{low}", "nullable": True,
     "parts": {"high": {"type": "integer", "bounds": [60, 259], "bins": 10},
               "low": {"type": "integer", "bounds": [30, 149], "bins": 12}}},
]  # fmt: skip


@pytest.fixture
def codec(make_contract: Callable[..., Contract]) -> Codec:
    return Codec(make_contract(COLUMNS))


@pytest.mark.parametrize(
    ("name", "words", "codes"),
    [
        ("sex", "m", [1]),
        ("sex", "unknown", [2]),
        ("sex", "", [3]),
        ("ward", "30", [2]),
        ("back", "true", [1]),
        ("age", "30..49", [3, 4]),
        ("age", "10..19", [1, 10]),
        ("age", "18", [10]),
        ("age", "", [11]),
        ("bmi", "20..40", [1, 2]),
        ("price", "2.50..4.99", [1]),
        ("income", "N", [10]),
        ("income", "0..9", [0]),
        ("day", "2024-01-01..2024-01-31", [0]),
        ("at", "2024-01-01 06:00:00..2024-01-01 07:59:59.999999", [6, 7]),
        ("bp.high", "100..139", [2, 3]),
        ("bp.high", "", [10]),
        ("bp.low", "30..39", [0]),
    ],
)
def test_words_mean_these_codes(codec: Codec, name: str, words: str, codes: list[int]) -> None:
    assert np.flatnonzero(choice(codec, name, words)).tolist() == codes


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("nobody", "1", "use one of sex, ward"),
        ("bp", "120", "use one of"),
        ("sex", "x", "no value"),
        ("ward", "two", "no value"),
        ("ward", "", "no value"),
        ("bp.low", "", "no value"),
        ("age", "old", "no value"),
        ("age", "200..300", "no value"),
        ("age", "49..30", "no value"),
        ("age", "33..49", "cuts a bin of column 'age': 30..39"),
        ("age", "30", "cuts a bin"),
        ("bmi", "20..41", "cuts a bin"),
        ("income", "M", "no value"),
        ("day", "2024-01-01..2024-01-15", "2024-01-01..2024-01-3"),
    ],
)
def test_words_that_mean_nothing_or_cut_a_bin_are_refused(codec: Codec, name: str, words: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        choice(codec, name, words)


def test_rows_of_the_codes_have_the_values(codec: Codec) -> None:
    rng = np.random.default_rng(0)
    codes = {name: rng.integers(0, size, 5000).astype(np.int32) for name, size in codec.domain.items()}
    cells = codec.decode(codes, rng)
    for name, low, high in (("age", 30, 49), ("bmi", 20.0, 40.0)):
        meant = choice(codec, name, f"{low}..{high}")[codes[name]]
        told = pc.and_(pc.greater_equal(cells[name], low), pc.less_equal(cells[name], high)).fill_null(False)
        assert told.combine_chunks().equals(pa.array(meant))
