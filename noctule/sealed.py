"""A seal around steps that touch raw rows: whatever escapes names a place in the code, never a value."""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from noctule.errors import NoctuleError

P = ParamSpec("P")
R = TypeVar("R")


def sealed(step: Callable[P, R]) -> Callable[P, R]:
    """Let results and Noctule's own errors through; replace every other exception by one without its message.

    Library exceptions (pyarrow, pandas, numpy, Great Expectations ...) quote cells, and Dagster's event log
    would store them. The replacement is raised outside the `except` block, so that no `__context__` remains.
    """

    @functools.wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except NoctuleError as error:
            fault = error
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            fault = NoctuleError(
                f"{step.__name__} met {type(error).__name__} at {Path(last.filename).name}:{last.lineno}",
                fix="report this line; the library's message is withheld, since it may quote raw values",
            )
        fault.__cause__ = fault.__context__ = None
        raise fault

    return guarded
