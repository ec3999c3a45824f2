"""When a dataset refits. A calendar, a version stated by its owner or a paid test decides, never the rows themselves.

That a night was charged is public, so a refit because the content changed would tell that somebody's record did
(docs/guarantee.md, "Nights without a refit").
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from noctule.contract.model import Refresh

# Refits inside any 365 days. Of nights one more: where a night starts a little earlier than that of a year ago, both
# count. A refit of a week or month that the cap refuses for this is made in the night after.
MOST = {"nightly": 366, "weekly": 53, "monthly": 13}


def date_of(refresh: Refresh, moment: datetime) -> date:
    """The local date of a moment: a night is named by the day on which it starts. Raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(ZoneInfo(refresh.timezone)).date()


def period_of(refresh: Refresh, moment: datetime) -> str:
    """What one charge buys a model for, such as 2026-11-23, 2026-W48 (ISO 8601), 2026-11 or `version 7`.

    For `on_drift` it is `watch`: that ends with a test's yes, at no known time, and the ledger numbers it.
    """
    day = date_of(refresh, moment)
    match refresh.refit:
        case "nightly":
            return day.isoformat()
        case "weekly":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "monthly":
            return day.isoformat()[:7]
        case "on_new_version":
            return f"version {refresh.version}"
        case "on_drift":
            return "watch"


def next_refit(refresh: Refresh, moment: datetime) -> date | None:
    """The first local date of the next period; None where no calendar knows it."""
    day = date_of(refresh, moment)
    match refresh.refit:
        case "nightly":
            return day + timedelta(days=1)
        case "weekly":
            return day + timedelta(days=8 - day.isoweekday())
        case "monthly":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case _:
            return None
