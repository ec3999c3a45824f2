"""How the cost of a fit and of sampling grows with rows, columns and domain size, one sweep at a time.

    python -m bench.scaling --engine adaptive --rows 24000,240000,1000000,10000000 --columns 15,30,60 --widen 1,2,4

Codes are made in memory (4 bytes a cell), so this measures the engine, not a reader; the counting of more rows than
memory holds is in bench/counts.py.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measure import ONE_THREAD
from bench.systems import HERE

USUAL = {"rows": 24_000, "columns": 15, "widen": 1.0}


def main() -> None:
    given = _arguments()
    console = Console()
    table = Table(title=f"{given.engine}, epsilon {given.epsilon:g}", title_justify="left")
    for name in ("rows", "columns", "sum of domain", "fit CPU s", "sample CPU s", "RSS MB"):
        table.add_column(name, justify="right")
    for sweep in ("rows", "columns", "widen"):
        for value in getattr(given, sweep):
            job = USUAL | {sweep: value, "engine": given.engine, "epsilon": given.epsilon, "delta": 1e-5, "seed": 0}
            done = _run(job)
            if "failed" in done:
                table.add_row(f"{job['rows']:,}", str(job["columns"]), "", done["failed"], "", "")
                continue
            cost = (f"{done['fit_cpu']:.1f}", f"{done['sample_cpu']:.2f}", f"{done['rss_mb']:,}")
            table.add_row(f"{job['rows']:,}", str(job["columns"]), str(done["codes"]), *cost)
        table.add_section()
    console.print(table)


def _run(job: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="noctule-bench-") as folder:
        report = Path(folder) / "report.json"
        words = [sys.executable, HERE / "runners" / "run_scaling.py", json.dumps(job | {"report": str(report)})]
        done = subprocess.run(words, env=os.environ | ONE_THREAD, capture_output=True, text=True)
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:80]}
        return json.loads(report.read_text(encoding="utf-8"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="adaptive")
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--rows", type=_numbers, default=[24_000, 240_000, 1_000_000])
    parser.add_argument("--columns", type=_numbers, default=[15, 30, 60])
    parser.add_argument("--widen", type=_numbers, default=[1, 2, 4], help="factors on the size of every domain")
    return parser.parse_args()


def _numbers(text: str) -> list[float]:
    return [float(part) if "." in part else int(part) for part in text.split(",") if part]


if __name__ == "__main__":
    main()
