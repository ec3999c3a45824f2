"""CPU seconds by stage and peak memory of this process and its children. Each runner is a process of its own."""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

JOB = json.loads(sys.argv[1])
SPENT: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the CPU seconds (user + system, all threads and waited-for children) of the block to `name`."""
    begun = _cpu()
    yield
    SPENT[name] = SPENT.get(name, 0.0) + _cpu() - begun


def report(**more: Any) -> None:
    """Write what was measured to the job's `report` file. Peak memory is of the whole process, reading included."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    spent = {f"{name}_cpu": round(seconds, 3) for name, seconds in SPENT.items()}
    measured = spent | {"cpu": round(_cpu(), 3), "rss_mb": round(max(u.ru_maxrss for u in usage) / 1024)}
    Path(JOB["report"]).write_text(json.dumps(measured | more), encoding="utf-8")


def _cpu() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)
