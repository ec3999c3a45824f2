"""Progress of long work: one live line on a terminal, JSON lines on standard error elsewhere."""

import json
import logging
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.status import Status


class _Live(logging.Handler):
    """Prints each message when the next one starts, with the seconds it took; the current one spins."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__(logging.INFO)
        self.console, self.status = console, status
        self.current, self.since = "", time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        self.finish()
        self.current, self.since = record.getMessage(), time.monotonic()
        self.status.update(self.current)

    def finish(self) -> None:
        if self.current:
            seconds = time.monotonic() - self.since
            self.console.print(f"  {self.current} [dim]{seconds:.1f} s[/dim]", highlight=False)
            self.current = ""


class _Lines(logging.Handler):
    """One JSON object a message."""

    def emit(self, record: logging.LogRecord) -> None:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        print(json.dumps(line), file=sys.stderr, flush=True)


@contextmanager
def progress(title: str) -> Generator[None]:
    """Show what the `noctule` loggers say while the block runs. Messages never hold raw values."""
    logger = logging.getLogger("noctule")
    console = Console(stderr=True)
    if not console.is_terminal:
        handler = _Lines()
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
        return
    with console.status(title) as status:
        live = _Live(console, status)
        logger.addHandler(live)
        try:
            yield
        finally:
            logger.removeHandler(live)
            live.finish()
