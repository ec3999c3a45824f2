"""Runs as JSON lines: one file, appended to, so that a long comparison can stop and go on."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Run = dict[str, Any]
KEY = ("system", "table", "epsilon", "delta", "seed")


def key(run: Run) -> tuple[Any, ...]:
    return tuple(run[name] for name in KEY)


def read(files: Iterable[Path]) -> dict[tuple[Any, ...], Run]:
    """The last run of each key, over all files that exist."""
    return {key(run): run for file in files if file.exists() for run in _lines(file)}


def stands(run: Run, cap: int) -> bool:
    """Whether a run need not be made again: it ended, or was stopped at no fewer than `cap` CPU seconds."""
    return run["status"] == "ok" or (run["status"] == "dnf" and run["cap"] >= cap)


def append(file: Path, run: Run) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(run) + "\n")


def _lines(file: Path) -> Iterator[Run]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):  # a line cut off by a crash is no run
            yield json.loads(line)
