"""How a refused source is told: file, column and row number, never the cell."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from noctule.contract.model import Source
from noctule.errors import DataError


def refusal(
    source: Source, what: str, *, fix: str, column: str | int | None = None, row: int | None = None
) -> DataError:
    """The error to raise. Data rows count from 1 after the header; row 0 is the header itself.

    A column that the contract does not declare is given by its number (from 1): in a file without a
    header, what stands in the place of names are cells.
    """
    place = [source.path]
    if column is not None:
        place.append(f"column {column!r}" if isinstance(column, str) else f"column number {column}")
    if row is not None:
        place.append(f"data row {row}" if row else "header")
    return DataError(what, where=", ".join(place), fix=fix)


class Flaw(Exception):
    """Text that is not sound, `offset` bytes into its UTF-8 form. Holds no text."""

    def __init__(self, what: str, *, fix: str, offset: int | None = None) -> None:
        self.what, self.fix, self.offset = what, fix, offset
        super().__init__(what)


def attempt(call: Callable[[], Any]) -> tuple[Any, Flaw | None]:
    """The call's result (None at the end of an iterator) and what stopped it.

    Messages of pyarrow print cells. They end here, so that the caller raises its own error outside
    any `except` block and no `__context__` carries them on.
    """
    try:
        return call(), None
    except StopIteration:
        return None, None
    except Flaw as flaw:
        return None, flaw
    except (pa.ArrowException, ValueError, OSError):
        return None, Flaw("the file is damaged or cut off", fix="have the file delivered again")


def first_bad(length: int, sound: Callable[[int], bool]) -> int:
    """Index of the first bad cell of `length` cells, by bisection; `sound(n)`: the first n cells have none."""
    good, broken = 0, length
    while broken - good > 1:
        middle = (good + broken) // 2
        good, broken = (middle, broken) if sound(middle) else (good, middle)
    return broken - 1
