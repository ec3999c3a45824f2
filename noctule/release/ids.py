"""The id of a release: the UTC time of its night, and a token; so its date is known wherever its name is."""

import re
from datetime import UTC, datetime

ID = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{8})")


def published(release: str) -> datetime | None:
    """When a release of this id was published, UTC; None when the id is of another form."""
    if not (match := ID.fullmatch(release)):
        return None
    return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
