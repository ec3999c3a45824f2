"""What the audit of the guarantee finds of faults that were planted, and how often it is wrong on sound code.

OMP_NUM_THREADS=1 nice -n 10 .venv/bin/python -m bench.audit [--clean 20] [--canaries 1024] [--engines adaptive]
"""

import argparse
import logging
import time
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from bench.faults import FAULTS
from noctule.audit.audit import CANARIES, ERROR, Finding, audit


def main() -> None:
    given = _arguments()
    logging.disable(logging.WARNING)
    console = Console(width=given.width, highlight=False)
    if given.faults:
        table = Table("fault", "caught", "by", "lower bound of claim", "CPU s", box=None)
        for name, fault in FAULTS.items():
            begun = time.process_time()
            with fault():
                findings = audit(["adaptive"], canaries=given.canaries)
            table.add_row(name, *_caught(findings), f"{time.process_time() - begun:.0f}")
        console.print(table)
    for engine in given.engines:
        alarms, highest, begun = 0, 0.0, time.process_time()
        for _ in range(given.clean):
            findings = audit([engine], canaries=given.canaries)
            failed = [finding for finding in findings if not finding.passed]
            alarms += bool(failed)
            highest = max(highest, *(one.bound / one.claim for one in findings if one.claim and one.bound is not None))
            for one in failed:
                console.print(f"  false alarm: {one.test}: {one.words}")
        console.print(
            f"{engine}: {alarms} false alarms in {given.clean} clean audits (expected: {given.clean * ERROR:g}), "
            f"highest bound {highest:.2f} of its claim, {time.process_time() - begun:.0f} CPU s"
        )


def _caught(findings: Iterable[Finding]) -> tuple[str, str, str]:
    failed = [finding for finding in findings if not finding.passed]
    bounds = [f"{one.test} {one.bound:.1f} of {one.claim:g}" for one in failed if one.bound is not None]
    return "yes" if failed else "NO", ", ".join(one.test for one in failed), ", ".join(bounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__.splitlines()[0])
    parser.add_argument("--engines", type=lambda text: text.split(","), default=["adaptive"], help="of clean audits")
    parser.add_argument("--clean", type=int, default=20, help="audits of sound code, of each engine")
    parser.add_argument("--canaries", type=int, default=CANARIES)
    parser.add_argument("--faults", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--width", type=int, default=140)
    return parser.parse_args()


if __name__ == "__main__":
    main()
