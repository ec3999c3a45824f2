"""The clocks of the router, in one place so that a test can move them."""

import time
from typing import Protocol


class Clock(Protocol):
    """`now`: seconds since 1970, for what processes share; `steady`: never set back, for deadlines."""

    def now(self) -> float: ...
    def steady(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
