"""What every contestant of bench/router.py does around its own call; standard library only, run in its own venv.

A runner gives `asker(given)`: a function that asks one question and returns the text of the answer it believes in.
"""

import io
import json
import logging
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

QUESTION = "What is it? PROMPT-CANARY"
Ask = Callable[[], str]


def run(asker: Callable[[dict[str, Any]], Ask]) -> None:
    """`argv[1]`: JSON with url, key, models, timeout_s, op, and n; prints one JSON value on the line RESULT."""
    given = json.loads(sys.argv[1])
    told = {"ask": _asked, "cpu": _cpu, "leak": _leaks}[given["op"]](given, asker)
    print("\nRESULT " + json.dumps(told), flush=True)


def _asked(given: dict[str, Any], asker: Callable[[dict[str, Any]], Ask]) -> list[dict[str, Any]]:
    logging.disable(logging.CRITICAL)
    ask = asker(given)
    with ThreadPoolExecutor(given.get("threads", 1)) as pool:
        return list(pool.map(lambda _: _once(ask), range(given["n"])))


def _once(ask: Ask) -> dict[str, Any]:
    since = time.monotonic()
    try:
        outcome = "ok" if _good(ask()) else "bad passed on"
    except Exception as error:
        outcome = type(error).__name__
    return {"outcome": outcome, "s": time.monotonic() - since}


def _good(text: str) -> bool:
    try:
        said = json.loads(text)
        return set(said) <= {"answer", "sure"} and bool(said["answer"]) and 0 <= said.get("sure", 0.5) <= 1
    except (ValueError, TypeError, KeyError):
        return False


def _cpu(given: dict[str, Any], asker: Callable[[dict[str, Any]], Ask]) -> float:
    """Milliseconds of CPU a question, this process alone, after ten to warm up."""
    ask = asker(given)
    for _ in range(10):
        ask()
    since = time.process_time()
    for _ in range(given["n"]):
        ask()
    return (time.process_time() - since) * 1000 / given["n"]


def _leaks(given: dict[str, Any], asker: Callable[[dict[str, Any]], Ask]) -> dict[str, bool]:
    """Where the key, and the words of the question, show when every model fails and all is logged."""
    logs = io.StringIO()
    logging.basicConfig(level=logging.DEBUG, stream=logs)
    told = ""
    try:
        asker(given)()
    except Exception:
        told = traceback.format_exc()
    said = logs.getvalue()
    return {
        "key in exception": given["key"] in told,
        "key in logs": given["key"] in said,
        "prompt in logs": QUESTION in said,
    }
