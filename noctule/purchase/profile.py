"""A column's profile: how many cells are text, true or false, a number of each power of two, a moment of each year.

The grid is public and the same for every column, so counts on it may get dense noise; bounds are read off the noisy
counts. A power of two is as fine as bounds need be, and serves heavy tails as well as ages.
"""

from statistics import NormalDist
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text, pc, plain
from noctule.codes.storage import read
from noctule.contract.peek import DATE, INTEGER, MOMENT, NUMBER

Ints = NDArray[np.int64]

SMALLEST, LARGEST = -16, 62  # binary exponents of the numbers told apart; beyond them, the last cell counts on
POWERS = LARGEST - SMALLEST + 1
YEARS = range(1800, 2200)
# Places on the grid. Numbers run from the most negative to the largest, zero in their middle.
TEXT, BOOLEAN = slice(0, 1), slice(1, 2)
NUMBERS = slice(2, 3 + 2 * POWERS)
DATES = slice(NUMBERS.stop, NUMBERS.stop + len(YEARS))
MOMENTS = slice(DATES.stop, DATES.stop + len(YEARS))
SIZE = MOMENTS.stop

WITHOUT_POINT, MOST_DECIMALS = 0, 6
FORMS = MOST_DECIMALS + 3  # written without a point; with one and 0 to 6 decimals; with more

SURE = 0.005  # chance that noise alone makes any cell of a block look occupied, at one width


def profile(cells: pa.Array) -> Ints:
    """Counts of the cells on the grid, shape (SIZE,); missing ones are in none."""
    cells, counts = plain(cells).drop_null(), np.zeros(SIZE, np.int64)
    kind = cells.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        years = pc.year(cells).to_numpy(zero_copy_only=False)
        counts[DATES if pa.types.is_date(kind) else MOMENTS] = _years(years)
    elif not is_text(kind):
        counts[NUMBERS] = _powers(numeric(cells))
    else:
        forms = {form: _matching(cells, pattern) for form, pattern in _PATTERNS.items()}
        counts[NUMBERS] = _powers(forms["number"].cast(pa.float64()).to_numpy())
        for form, block in (("date", DATES), ("moment", MOMENTS)):
            counts[block] = _years(pc.utf8_slice_codeunits(forms[form], 0, 4).cast(pa.int64()).to_numpy())
        counts[BOOLEAN] = len(forms["boolean"])
        counts[TEXT] = len(cells) - sum(map(len, forms.values()))
    return counts


_PATTERNS = {"number": f"{INTEGER}|{NUMBER}", "date": DATE, "moment": MOMENT, "boolean": "^(?i:true|false)$"}


def decimals(cells: pa.Array) -> Ints:
    """How the numbers among the cells are written, shape (FORMS,)."""
    cells = plain(cells).drop_null()
    if not is_text(cells.type):
        return np.bincount(_decimals_of(numeric(cells)), minlength=FORMS)
    written = _matching(cells, _PATTERNS["number"])
    whole = pc.match_substring_regex(written, INTEGER)
    digits = pc.struct_field(pc.extract_regex(written, r"^-?[0-9]+\.(?P<digits>[0-9]*?)0*$"), [0])
    length = pc.fill_null(pc.utf8_length(digits), FORMS).to_numpy(zero_copy_only=False)
    forms = np.where(whole.to_numpy(zero_copy_only=False), WITHOUT_POINT, np.minimum(length + 1, FORMS - 1))
    return np.bincount(forms.astype(np.int64), minlength=FORMS)


def numeric(cells: pa.Array) -> NDArray[Any]:
    """Numbers of a numeric array without nulls, decimals as floats; NaN is missing."""
    x, missing = read(cells)
    x = x[~missing]
    return x / 10**cells.type.scale if pa.types.is_decimal(cells.type) else x


def occupied(noisy: Ints, scale: float) -> Ints:
    """The noisy counts of the cells that are surely not empty, 0 elsewhere.

    Cells that are not by themselves are tried in blocks of 2, 4, ... neighbours, so that a broad tail is seen too.
    """
    sure = NormalDist().inv_cdf(1 - SURE / len(noisy)) * scale
    seen: NDArray[np.bool_] = noisy >= sure
    width = 2
    while width <= len(noisy):
        starts = np.arange(0, len(noisy), width)
        blocks = np.add.reduceat(np.where(seen, 0, noisy), starts)
        seen = seen | np.repeat(blocks >= sure * np.sqrt(width), width)[: len(noisy)]
        width *= 2
    return np.where(seen, noisy, 0)


def power_of(x: NDArray[Any]) -> Ints:
    """The place of each number inside the block of numbers."""
    size = np.abs(x.astype(np.float64))
    exponent = np.clip(np.frexp(size)[1] - 1, SMALLEST, LARGEST)
    exponent = np.where(np.isinf(size), LARGEST, exponent)
    return np.where(x == 0, POWERS, POWERS + np.sign(x).astype(np.int64) * (exponent - SMALLEST + 1)).astype(np.int64)


def reach(place: int) -> tuple[float, float]:
    """Lowest and highest number of a place inside the block of numbers; the ends are powers of two, or 0."""
    step = abs(place - POWERS)
    if step == 0:
        return 0.0, 0.0
    ends = 2.0 ** (SMALLEST + step - 1), 2.0 ** (SMALLEST + step)
    return ends if place > POWERS else (-ends[1], -ends[0])


def _powers(x: NDArray[Any]) -> Ints:
    return np.bincount(power_of(x), minlength=2 * POWERS + 1)


def _years(years: NDArray[Any]) -> Ints:
    return np.bincount(np.clip(years, YEARS[0], YEARS[-1]) - YEARS[0], minlength=len(YEARS))


def _matching(cells: pa.Array, pattern: str) -> pa.Array:
    return cells.filter(pc.match_substring_regex(cells, pattern))


def _decimals_of(x: NDArray[Any]) -> Ints:
    forms = np.full(len(x), FORMS - 1)
    for digits in range(MOST_DECIMALS, -1, -1):
        forms[np.round(x, digits) == x] = digits + 1
    return forms
