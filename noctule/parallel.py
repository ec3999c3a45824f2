"""Work on several cores whose result does not depend on their number."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST = 4  # each worker holds a block of rows

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many workers to use: the machine's cores, MOST at most."""
    return min(MOST, os.cpu_count() or 1)


def in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """`function(item)` for each item, in the order of items, at most `workers` + 1 results ahead of the consumer.

    In threads: numpy and Arrow compute outside the interpreter's lock.
    """
    if workers < 2:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Result]] = deque()
        for item in items:
            ahead.append(pool.submit(function, item))
            if len(ahead) > workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
