"""`latest` moved back to an earlier release, and a record of who did so and why."""

import json
from datetime import UTC, datetime

from noctule.errors import BundleError, UsageError
from noctule.home import Home
from noctule.locks import locked
from noctule.release.find import earlier, find, kept
from noctule.release.latest import point, pointer_to
from noctule.release.layout import RELEASES, ROLLBACKS
from noctule.release.verify import verify


def rollback(home: Home, dataset: str, release: str | None, *, who: str, why: str) -> str:
    """Point `latest` at `release`, or at the one before the present one; returns its id.

    Nothing else changes: no release is removed, and the next night that publishes moves `latest` on. The record, a line
    of rollbacks.jsonl beside the releases, is written first. Raises UsageError when there is no such release, and
    BundleError when it is not sound.
    """
    folder = find(home, dataset).parents[1]
    with locked(folder):
        present = find(home, dataset).name
        before = earlier(folder / RELEASES, present)
        target = release or (before and before.name)
        names = kept(folder / RELEASES)
        if target not in names or target == present:
            raise UsageError(
                "there is no earlier release to go back to" if target is None else f"{target} cannot become latest",
                where=dataset,
                fix=f"latest is {present}; kept are {', '.join(names)}",
            )
        if problems := verify(folder / RELEASES / target):
            raise BundleError(f"the release is not sound: {problems[0]}", where=target, fix="choose another release")
        moved = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "from": present, "to": target}
        with (folder / ROLLBACKS).open("a") as record:
            record.write(json.dumps({**moved, "who": who, "why": why}) + "\n")
        point(folder, pointer_to(dataset, target))
    return target
