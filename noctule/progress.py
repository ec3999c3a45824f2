"""Progress of long work: one live line on a terminal, JSON lines on standard error elsewhere."""

import json
import logging
import os
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
def progress(title: str, of: str = "noctule") -> Generator[None]:
    """Show what the loggers under `of` say while the block runs. Messages never hold raw values."""
    logger = logging.getLogger(of)
    if not sys.stderr.isatty():
        with _listening(logger, _Lines()):
            yield
        return
    # A descriptor of our own: Dagster redirects standard error while a step runs, and the live line would be torn.
    with os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal:
        console = Console(file=terminal)
        with console.status(title) as status:
            live = _Live(console, status)
            with _listening(logger, live):
                yield
            live.finish()


@contextmanager
def _listening(logger: logging.Logger, handler: logging.Handler) -> Generator[None]:
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
