"""Order is kept, little is held, and a failure comes through."""

import threading
from collections.abc import Iterator

import pytest

from noctule.parallel import cores, in_order


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_items(workers: int) -> None:
    assert list(in_order(lambda item: item**2, range(50), workers)) == [item**2 for item in range(50)]
    assert list(in_order(str, [], workers)) == []
    assert cores() >= 1


def test_no_more_is_made_than_the_consumer_takes() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    results = in_order(lambda item: item, items(), workers=3)
    assert [next(results), next(results)] == [0, 1]
    assert len(taken) == 5
    results.close()  # pyright: ignore


def test_workers_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=30)
    assert sorted(in_order(lambda _: meeting.wait(), range(2), workers=2)) == [0, 1]


def test_a_failure_is_raised_where_its_result_would_be() -> None:
    results = in_order(lambda item: 1 // item, [1, 0, 1], workers=2)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
