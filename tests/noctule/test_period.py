"""Which nights are of one period: time zones, nights of clock changes, and the ends of years."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract.model import Refresh
from noctule.period import MOST, date_of, next_refit, period_of

BERLIN = ZoneInfo("Europe/Berlin")
CALENDARS = ["nightly", "weekly", "monthly"]
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Pacific/Kiritimati"]
)


def refresh(refit: str, **more: str) -> Refresh:
    return Refresh.model_validate({"refit": refit, "timezone": "Europe/Berlin", **more})


@pytest.mark.parametrize(
    ("moment", "night", "week", "month"),
    [
        (datetime(2026, 11, 23, 2, 30, tzinfo=BERLIN), "2026-11-23", "2026-W48", "2026-11"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "2026-11-23", "2026-W48", "2026-11"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-01-01", "2026-W53", "2027-01"),
        (datetime(2024, 12, 30, 12, 0, tzinfo=UTC), "2024-12-30", "2025-W01", "2024-12"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29", "2026-W13", "2026-03"),  # 02:30 does not exist
    ],
)
def test_the_period_is_that_of_the_local_date(moment: datetime, night: str, week: str, month: str) -> None:
    assert [period_of(refresh(refit), moment) for refit in CALENDARS] == [night, week, month]


def test_the_hour_that_comes_twice_is_one_night() -> None:
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1)]
    assert twice[0].astimezone(UTC) != twice[1].astimezone(UTC)
    assert {period_of(refresh("nightly"), moment) for moment in twice} == {"2026-10-25"}


def test_a_version_is_its_own_period_and_drift_has_none() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert period_of(refresh("on_new_version", version="2026-11"), now) == "version 2026-11"  # and no month
    assert period_of(refresh("on_drift"), now) == "watch"
    assert next_refit(refresh("on_drift"), now) is next_refit(refresh("on_new_version", version="7"), now) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        period_of(refresh("nightly"), datetime(2026, 11, 23))


@settings(max_examples=100, deadline=None)
@given(moments, zones, st.sampled_from(CALENDARS))
def test_the_next_refit_is_the_first_date_of_another_period(moment: datetime, zone: str, refit: str) -> None:
    policy = Refresh.model_validate({"refit": refit, "timezone": zone})
    upcoming = next_refit(policy, moment)
    assert upcoming is not None and upcoming > date_of(policy, moment)

    def at_noon(day: date) -> str:
        return period_of(policy, datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)))

    assert at_noon(upcoming) != period_of(policy, moment) == at_noon(upcoming - timedelta(days=1))


POLICIES = {refit: refresh(refit) for refit in CALENDARS}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1500), st.sampled_from(CALENDARS))
def test_365_days_touch_no_more_periods_than_stated(late: int, refit: str) -> None:
    policy, start = POLICIES[refit], datetime(2024, 1, 1, 3, tzinfo=UTC) + timedelta(days=late)
    periods = {period_of(policy, start + timedelta(days=number)) for number in range(365)}
    assert len(periods) + (refit == "nightly") <= MOST[refit]
