"""Our router beside litellm.Router and pydantic-ai's FallbackModel, each in its own venv, against one faulty server.

    .venv/bin/python -m bench.router [--quick]

Three models on OpenAI's wire at 1, 5 and 20 dollars a million tokens, asked cheapest first, one question at a time form
of two fields, a time limit of 1 s a request. "tuned" is the rival without retries below its fallback. Cooldowns are off
for all: questions are taken to be far apart. `--quick` runs ours alone, on few questions.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from bench.systems import HERE, System, python_of
from tests.noctule.router import server as faulty
from tests.noctule.router.server import KEY, Models, serving

PRICES = {"a": 1, "b": 5, "c": 20}  # dollars a million tokens
TOKENS = 120  # of a question and its answer, as the server counts
MIX = ("503", "429", "500", "reset", "malformed", "truncated")
FAULTS = ("429", "429/5", "503", "500", "reset", "slow", "401", "404", "html", "malformed", "truncated", "wrong_fields")
ASKERS = {
    "noctule": (System("route_ours.py", venv="ours_router"), False),
    "litellm.Router": (System("route_litellm.py", venv="litellm"), False),
    "litellm.Router, tuned": (System("route_litellm.py", venv="litellm"), True),
    "FallbackModel": (System("route_pydantic_ai.py", venv="pydantic_ai"), False),
    "FallbackModel, tuned": (System("route_pydantic_ai.py", venv="pydantic_ai"), True),
}
MODULES = {
    "ours_router": "noctule.router",
    "litellm": "litellm",
    "pydantic_ai": "pydantic_ai, pydantic_ai.models.openai",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ours alone, few questions")
    quick = parser.parse_args().quick
    names = ["noctule"] if quick else list(ASKERS)
    rates, questions = ((0.0, 0.5), 10) if quick else ((0.0, 0.1, 0.3, 0.5, 0.7, 0.9), 100)
    faulty.CHECKS["openai"] = lambda call, body: ""  # its strictness is about our own requests
    with serving() as server:
        availability(server, names, rates, questions)
        times(server, names, FAULTS[:2] if quick else FAULTS, 1 if quick else 3)
        weights(server, names, 20 if quick else 300)
        leaks(server, names)
    second_night()


def ask(server: Models, name: str, op: str, **more: Any) -> Any:
    """What the contestant's process says. Raises RuntimeError with the end of what it printed."""
    system, tuned = ASKERS[name]
    given = {"url": server.url, "key": KEY, "models": PRICES, "timeout_s": 1.0, "op": op, "tuned": tuned, **more}
    command = [str(python_of(system)), str(HERE / "runners" / system.runner), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), timeout=900)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-600:]}")
    (said,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(said.removeprefix("RESULT "))


def _environment() -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**keep, "PYTHONPATH": str(HERE.parent), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def availability(server: Models, names: list[str], rates: tuple[float, ...], questions: int) -> None:
    """Every request of every model meets a fault with the given probability, of six kinds equally often."""
    print(f"## Answers of the asked form, of {questions} questions\n")
    _row("fault rate", *names)
    _row(*["---"] * (len(names) + 1))
    costs: dict[str, list[str]] = {name: [] for name in names}
    bad: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for rate in rates:
        cells: list[str] = []
        for name in names:
            draw = random.Random(7)
            server.asked.clear()
            server.faults = {
                model: [draw.choice(MIX) if draw.random() < rate else "ok" for _ in range(40 * questions)]
                for model in PRICES
            }
            told = ask(server, name, "ask", n=questions, threads=10)
            good = sum(one["outcome"] == "ok" for one in told)
            bad[name] += sum(one["outcome"] == "bad passed on" for one in told)
            faults[name] += sum(fault in ("malformed", "truncated") for _, fault in server.asked)
            billed = sum(PRICES[model] for model, fault in server.asked if fault in ("ok", "malformed", "truncated"))
            costs[name].append(f"{billed / (PRICES['c'] * max(good, 1)):.3f}")
            cells.append(f"{good / questions:.3f} ({median(one['s'] for one in told):.2f} s)")
        _row(f"{rate:.0%}", *cells)
    print("\nWith the offline describer behind it every question of ours ends with a description; these are the shares")
    print("that models served. In brackets the median time to an answer or error.")
    print("\n## Cost of a good answer against always-best\n")
    _row("fault rate", *names)
    _row(*["---"] * (len(names) + 1))
    for place, rate in enumerate(rates):
        _row(f"{rate:.0%}", *(costs[name][place] for name in names))
    print("\n## Malformed or truncated replies passed on as success\n")
    for name in names:
        print(f"- {name}: {bad[name]} of {faults[name]}")


def times(server: Models, names: list[str], faults: tuple[str, ...], repeats: int) -> None:
    """The cheapest model always meets the fault, the others none."""
    print(f"\n## Median seconds to a good answer when the cheapest model fails, of {repeats}\n")
    _row("fault", *names)
    _row(*["---"] * (len(names) + 1))
    for fault in faults:
        cells: list[str] = []
        for name in names:
            server.faults = {"a": [fault]}
            told = ask(server, name, "ask", n=repeats)
            outcome = Counter(one["outcome"] for one in told).most_common(1)[0][0]
            seconds = median(one["s"] for one in told)
            cells.append(f"{seconds:.2f}" if outcome == "ok" else f"{outcome} ({seconds:.2f})")
        _row(fault, *cells)


def weights(server: Models, names: list[str], questions: int) -> None:
    print("\n## Weight\n")
    _row("", "CPU ms a question", "import, CPU s", "MB", "packages")
    _row(*["---"] * 5)
    server.faults = {}
    for name in [one for one in names if not ASKERS[one][1]]:
        cpu = median(ask(server, name, "cpu", n=questions) for _ in range(3))
        system = ASKERS[name][0]
        assert system.venv is not None
        python = python_of(system)
        started = median(_import_s(python, MODULES[system.venv]) - _import_s(python, "sys") for _ in range(5))
        megabytes, packages = _size(python)
        _row(name, f"{cpu:.1f}", f"{started:.2f}", f"{megabytes:.0f}", packages)


def _import_s(python: Path, modules: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-c", f"import {modules}"], check=True, env=_environment(), cwd=tempfile.gettempdir())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _size(python: Path) -> tuple[float, int]:
    """Megabytes and number of packages of a venv, without those that every venv has."""
    (folder,) = (python.parent.parent / "lib").glob("python*/site-packages")
    mine = [
        one for one in folder.iterdir() if not one.name.startswith(("pip", "setuptools", "pkg_resources", "_distutils"))
    ]
    files = [file for one in mine for file in ([one] if one.is_file() else one.rglob("*"))]
    size = sum(file.stat().st_size for file in files if file.is_file() and "__pycache__" not in file.parts)
    return size / 1e6, sum(one.name.endswith(".dist-info") for one in mine)


def leaks(server: Models, names: list[str]) -> None:
    print("\n## A server that echoes the key in its 401, all logging at DEBUG\n")
    heads = ("key in exception", "key in logs", "prompt in logs")
    _row("", *heads)
    _row(*["---"] * 4)
    server.faults = {model: ["401"] for model in PRICES}
    for name in [one for one in names if not ASKERS[one][1]]:
        told = ask(server, name, "leak")
        _row(name, *("yes" if told[head] else "no" for head in heads))
    server.faults = {}


def second_night() -> None:
    """Descriptions of the demo's columns: with a model for two nights, and without a key."""
    from noctule.contract.load import load_all
    from noctule.describe.ask import Asking
    from noctule.describe.default import offline
    from noctule.describe.describe import described
    from noctule.router import Registry, Router, State
    from tests.noctule.describe.test_ask import answers
    from tests.noctule.router.conftest import ENVIRONMENT, registry_of

    contract = load_all(HERE.parent / "datasets")[0]
    bare = tuple(column.model_copy(update={"description": ""}) for column in contract.columns)
    contract = contract.model_copy(update={"columns": bare})
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        server.say = answers
        registry: Registry = registry_of(server.url, {"m": ("openai", "1")})
        with Router(registry, State(Path(folder) / "a.db"), environment=ENVIRONMENT) as router:
            first = described(contract, {}, Asking(router, contract, offline()).describer)
            night_one = len(server.asked)
            described(contract, first, Asking(router, contract, offline()).describer)
        with Router(registry, State(Path(folder) / "b.db"), environment={}) as router:
            keyless = described(contract, {}, Asking(router, contract, offline()).describer)
    print(f"\n## Nights\n\n- Calls of the first night: {night_one}; of the second: {len(server.asked) - night_one}.")
    known = sum(bool(one.description) for one in keyless.values())
    print(f"- Without a key: {known} of {len(keyless)} columns described.")


def _row(*cells: Any) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
