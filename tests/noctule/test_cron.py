"""The nights of a schedule, held against Dagster's own reading of cron."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import cron_string_iterator

from noctule.cron import nights

SINCE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
YEARS = timedelta(days=800)  # past two springs and autumns, and a leap day
SCHEDULES = (
    "30 2 * * *", "0 */6 * * *", "15 4 * * 1", "0 3 1 * *", "0 0 29 2 *", "0 5 1,15 * FRI", "45 23 * jan-mar MON-FRI",
    "5 1 */2 * *", "0 4 * * 7", "10 0 * * 1-5", "0 3 */7 * 0-6",
)  # fmt: skip


def as_dagster(schedule: str, zone: str) -> list[datetime]:
    """The first of each local date."""
    first: dict[object, datetime] = {}
    ticks = cron_string_iterator(SINCE.timestamp() + 1, schedule, zone)
    for tick in islice(ticks, 4000):
        if tick > SINCE + YEARS:
            break
        first.setdefault(tick.astimezone(ZoneInfo(zone)).date(), tick.astimezone(UTC))
    return list(first.values())


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_nights_are_those_of_dagster(schedule: str, zone: str) -> None:
    theirs, ours = as_dagster(schedule, zone), list(nights(schedule, zone, SINCE, SINCE + YEARS))
    assert len(theirs) == len(ours) > 0
    skipped = [abs(a - b) for a, b in zip(theirs, ours, strict=True) if a != b]
    assert len(skipped) <= 3 and all(apart <= timedelta(hours=1) for apart in skipped)  # the hours that spring skips
    days = [[moment.astimezone(ZoneInfo(zone)).date() for moment in moments] for moments in (theirs, ours)]
    assert days[0] == days[1]


def test_a_date_that_never_comes_has_no_night() -> None:
    assert list(nights("0 0 31 2 *", "UTC", SINCE, SINCE + YEARS)) == []


def test_a_dialect_that_is_not_read_counts_as_every_day() -> None:
    assert len(list(nights("0 3 L * *", "UTC", SINCE, SINCE + timedelta(days=30)))) == 30
