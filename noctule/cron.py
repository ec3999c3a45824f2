"""The nights of a schedule: the moments of five cron fields, no more than one for each local date."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: at for names, first in ((_MONTHS, 1), (_DAYS, 0)) for at, name in enumerate(names, start=first)}


def nights(schedule: str, timezone: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """The first moment (UTC) of the schedule on each local date, after `since` and up to `until`.

    As Dagster reads cron: where day and weekday are both stated, either will do, and of an hour that comes twice in
    autumn the second counts. A time inside the hour that spring skips is put up to an hour early. `schedule` has
    passed the contract; a field in a dialect that is not read here counts as `*`, so that a forecast errs on the
    early side.
    """
    minutes, hours, days, months, weekdays = map(_values, schedule.split(), _RANGES)
    weekdays = {day % 7 for day in weekdays}
    either = len(days) < 31 and len(weekdays) < 7
    times = [time(hour, minute, fold=1) for hour in sorted(hours) for minute in sorted(minutes)]
    zone = ZoneInfo(timezone)
    last = until.astimezone(zone).date()
    for day in _dates(since.astimezone(zone).date(), last):
        on = (day.day in days, day.isoweekday() % 7 in weekdays)
        if day.month in months and (any(on) if either else all(on)):
            moments = (datetime.combine(day, at, zone).astimezone(UTC) for at in times)
            first = next((moment for moment in moments if moment > since), None)
            if first is not None and first <= until:
                yield first


_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=days) for days in range((last - first).days + 1))


def _values(field: str, bounds: tuple[int, int]) -> set[int]:
    """What one field allows, such as `*/2`, `1-5` or `MON,THU`."""
    try:
        return set[int]().union(*(_part(part.lower(), *bounds) for part in field.split(",")))
    except (KeyError, ValueError):
        return set(range(bounds[0], bounds[1] + 1))


def _part(part: str, low: int, high: int) -> set[int]:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    start = low if span == "*" else _number(first)
    end = high if span == "*" or (step and not dash) else _number(last or first)
    if end < start:  # over the end of the week or year, such as FRI-MON
        return set(range(start, high + 1)) | set(range(low, end + 1))
    return set(range(start, end + 1, int(step or 1)))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NAMES[text]
