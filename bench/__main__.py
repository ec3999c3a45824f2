"""`make bench`: ours against the rivals on the same tables, with the same epsilon, delta, public domain and judge.

Finished runs are kept in bench/results/runs.jsonl. Rivals are not run again while a run with the same table, epsilon,
delta and seed is known (there or in bench/measured.jsonl); ours always are, since ours change. `--keep-ours` keeps
ours too, `--fresh` runs all. CPU seconds are user + system of the fitting process alone, one thread, so a busy
machine moves them little; runs go one after the other.
"""

import argparse
import subprocess
from collections.abc import Callable, Collection
from itertools import product
from pathlib import Path

from rich.console import Console

from bench import inputs, report, store
from bench.measure import JUDGE, measure
from bench.store import Run
from bench.systems import HERE, SYSTEMS

QUICK = "adaptive,mst,smartnoise-mst,dpmm-mst,dpmm-aim,sdv-copula"
MEASURED = HERE / "measured.jsonl"  # rivals' runs that take hours, kept with the code


def main() -> None:
    given = _arguments()
    console = Console(width=given.width)
    if not JUDGE.exists():
        console.print(f"{JUDGE} is not here: runs are timed and not scored")
    known = {} if given.fresh else store.read([MEASURED, given.results])
    revision = _revision()
    runs: list[Run] = []
    wanted = product(given.tables, given.epsilons, range(given.seeds), given.systems)
    for table, epsilon, seed, system in wanted:
        run: Run = {"system": system, "table": table, "epsilon": epsilon, "delta": given.delta, "seed": seed}
        old = known.get(store.key(run))
        cap = given.cap or SYSTEMS[system].cap
        if old and (given.keep_ours or not SYSTEMS[system].ours) and store.stands(old, cap):
            runs.append(old)
            continue
        console.print(f"{table}, epsilon {epsilon:g}, seed {seed}: {system} ...", highlight=False)
        run |= measure(SYSTEMS[system], inputs.find(table, given.work), epsilon, given.delta, seed, cap)
        run |= {"revision": revision} if SYSTEMS[system].ours else {}
        store.append(given.results, run)
        runs.append(run)
    report.show(runs, given.systems, console)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=_names(inputs.NAMES), default=["adult"], help=", ".join(inputs.NAMES))
    parser.add_argument("--epsilons", type=lambda text: [float(x) for x in text.split(",")], default=[1.0])
    parser.add_argument("--delta", type=float, default=1e-5)
    parser.add_argument("--seeds", type=int, default=1, help="runs of each, seeds 0, 1, ...")
    parser.add_argument("--systems", type=_names(SYSTEMS), default=QUICK.split(","), help=", ".join(SYSTEMS))
    parser.add_argument("--cap", type=int, help="CPU seconds before a run is stopped; by default each system's own")
    parser.add_argument("--keep-ours", action="store_true", help="do not run ours again where a run is known")
    parser.add_argument("--fresh", action="store_true", help="run everything again")
    parser.add_argument("--results", type=Path, default=HERE / "results" / "runs.jsonl")
    parser.add_argument("--work", type=Path, default=HERE / "results" / "tables", help="where made tables are written")
    parser.add_argument("--width", type=int, help="of the printed table, in characters")
    return parser.parse_args()


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        given = [name for part in text.split(",") for name in (inputs.MADE if part == "made" else (part,))]
        if strangers := [name for name in given if name not in known]:
            raise argparse.ArgumentTypeError(f"{strangers[0]!r} is not one of {', '.join(known)}")
        return given

    return names


def _revision() -> str:
    words = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
