"""One run: a system fits one table at one epsilon and samples it, in a process of its own; then the judge scores it."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import inputs
from bench.inputs import SHARED, Input
from bench.systems import HERE, System, python_of
from noctule.mechanisms.accounting import NANO, rho_of

JUDGE = SHARED / "bench" / "score.py"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
ONE_THREAD |= {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "JAX_PLATFORMS": "cpu"}
KILLED = (-24, -9, 137, 152)  # by SIGXCPU, or by the hard limit or a lack of memory


def measure(system: System, table: Input, epsilon: float, delta: float, seed: int, cap: int) -> dict[str, Any]:
    """Scores, CPU seconds and peak memory of one run; `status` is ok, dnf (CPU cap), missing or failed, with a reason.

    As many rows are drawn as the table has; the exact number is taken as public, for every system alike.
    """
    try:
        python = python_of(system)
    except RuntimeError as error:
        return {"status": "missing", "reason": str(error)}
    with tempfile.TemporaryDirectory(prefix="noctule-bench-") as name:
        folder = Path(name)
        job = {
            "train": str(table.train),
            "contract": str(table.contract),
            "columns": inputs.domain(table.contract),
            "rows": inputs.rows_of(table.train),
            "epsilon": epsilon,
            "delta": delta,
            "rho": rho_of(epsilon, delta) / NANO,
            "seed": seed,
            "options": system.options,
            "out": str(folder / "synthetic.csv"),
            "report": str(folder / "report.json"),
        }
        done = subprocess.run(
            [python, HERE / "runners" / system.runner, json.dumps(job)],
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            preexec_fn=_limited(cap),
        )
        if done.returncode in KILLED:
            return {"status": "dnf", "reason": f"stopped at {cap} CPU s", "cap": cap}
        if done.returncode:
            return {"status": "failed", "reason": (done.stderr.strip().splitlines() or ["no message"])[-1][:300]}
        measured = json.loads(Path(job["report"]).read_text(encoding="utf-8"))
        return {"status": "ok"} | measured | _scores(table, Path(job["out"]))


def _scores(table: Input, synthetic: Path) -> dict[str, Any]:
    """The judge's figures; tstr of each target. Without the judge, none: it is not part of noctule."""
    if not JUDGE.exists():
        return {}
    words = [sys.executable, JUDGE, table.judged, table.test, synthetic, "--name", table.name]
    figures: dict[str, Any] = {}
    for target in table.targets:
        more = ["--no-sdq"] if figures else []
        done = subprocess.run(
            [*words, "--target", target, *more], env=os.environ | ONE_THREAD, capture_output=True, text=True
        )
        if done.returncode:
            return {"unscored": (done.stderr.strip().splitlines() or ["no message"])[-1][:300]}
        said = json.loads(done.stdout)
        figures |= {f"{key}:{target}": said.pop(key) for key in ("tstr", "trtr")}
        figures = {key: said[key] for key in said if key not in ("name", "rows")} | figures
    return figures


def _limited(cap: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (cap, cap + 30))
