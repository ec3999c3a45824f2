"""One audit: every test of every engine asked for, and a verdict whose chance of a false alarm is fixed."""

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from noctule.audit import twins
from noctule.audit.bought import purchases
from noctule.audit.bounds import Trials, at_least, lower_bounds
from noctule.audit.canaries import fits
from noctule.audit.night import MANY, nights
from noctule.audit.worst_case import Cells, Declared, Table, Unique
from noctule.engines.registry import engine
from noctule.errors import NoctuleError
from noctule.risk import gaussian_mu

ERROR = 1e-3  # chance that an audit of sound code fails, over all its statistical tests
DELTA = 1e-6
# Of the cells a large one: what an engine does wrong it does at every epsilon, and little noise shows it soon.
EPSILON = {"cells": 8.0, "codes": 1.0, "rows": 1.0}
CANARIES = 4096  # in the cells, all fits together
SLOW = {"dp-ctgan": 32}  # engines whose fits take so many times as long get so many times fewer, on fewer rows
RUNS = {"codes": 12, "rows": 4}
NIGHTS, PURCHASES = 6, 20
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """One test. `bound`: a lower bound on epsilon, and `claim` the epsilon that was promised; None where a test has
    none. `facts`: plain JSON."""

    engine: str  # empty: of all
    test: str
    passed: bool
    words: str
    claim: float | None = None
    bound: float | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


def audit(engines: Sequence[str], *, canaries: int = CANARIES) -> list[Finding]:
    """Every test of these engines, on public data in temporary folders: no budget, no ledger, no vault is touched.

    The statistical tests together fail sound code with a chance of at most ERROR. Raises UsageError for an engine that
    is not offered.
    """
    for name in engines:
        engine(name)
    error = ERROR / (5 * len(engines) + 1)  # cells, noise, codes, rows and units of each engine; purchases
    findings: list[Finding] = []
    for name in engines:
        findings += _engine(name, canaries, error)
    return [*findings, purchased(error), _seed()]


def _engine(name: str, canaries: int, error: float) -> Iterator[Finding]:
    part = SLOW.get(name, 1)
    cells = Cells() if part == 1 else Cells(max_rows=1, rows=60)
    yield from attack(name, cells, max(8, canaries // (part * cells.canaries)), error)
    yield from attack(name, Declared(), max(4, RUNS["codes"] // part), error)
    yield from attack(name, Unique(), max(2, RUNS["rows"] // part), error)
    yield from whole_nights(name, max(2, NIGHTS // part), error)


def attack(name: str, table: Table, runs: int, error: float) -> Iterator[Finding]:
    """What the scores of one table's canaries tell; and for the cells, whether tap and noise are what they are said."""
    log.info("%s: %s, %d fits", name, WHAT[table.name], runs)
    claim, begun = EPSILON[table.name], time.process_time()
    found = fits(engine(name), table, epsilon=claim, delta=DELTA, runs=runs)
    spent = time.process_time() - begun
    yield _judged(name, table.name, found.trials, claim, error, gaussian=found.residuals.size > 0, spent=spent)
    if isinstance(table, Cells):
        words = f"in {found.unequal} of {runs} fits the draws did not sum to the charge"
        yield Finding(name, "tap", not found.unequal, words, facts={"fits": runs, "unequal": found.unequal})
        if found.residuals.size:
            yield _noise(name, found.residuals, error)


def _judged(
    name: str, test: str, trials: Trials, claim: float, error: float, *, gaussian: bool, spent: float
) -> Finding:
    bounds = lower_bounds(trials, DELTA, error)
    bound = bounds.best if gaussian else bounds.sure
    runs, canaries = trials.present.shape
    facts = {
        "delta": DELTA,
        "runs": runs,
        "canaries": runs * canaries,
        **{kind: round(value, 4) for kind, value in vars(bounds).items()},
        "spread": round(trials.spread(), 3),
        # about how many times too small the noise must be before this test finds it
        "finds": round(gaussian_mu(claim, DELTA) / bounds.mu, 2) if bounds.mu else None,
        "cpu_s": round(spent, 1),
    }
    words = f"{WHAT[test]}: epsilon is at least {bound:.2f}, claimed {claim:g}"
    return Finding(name, test, bound <= claim, words, claim, round(bound, 4), facts)


WHAT = {
    "cells": "canaries alone in their cells",
    "codes": "declared codes that nobody else holds",
    "rows": "rows that nobody else has",
    "units": f"people of {MANY} rows where one is kept",
}


def _noise(name: str, residuals: np.ndarray, error: float) -> Finding:
    """Squares of kept counts' noise in their stated sigma are chi-square: too small a sum is too little noise."""
    from scipy.stats import chi2

    cells, total = residuals.size, float(np.square(residuals).sum())
    least = math.sqrt(float(chi2.ppf(error, cells)) / cells)
    spread = math.sqrt(total / cells)
    words = f"noise of kept counts is {spread:.4f} of what is stated; below {least:.4f} the test fails"
    return Finding(name, "noise", spread >= least, words, facts={"cells": cells, "least": least, "spread": spread})


def whole_nights(name: str, runs: int, level: float) -> Iterator[Finding]:
    """What comes of whole nights: people of many rows, strings that must stay inside, and undeclared values."""
    log.info("%s: %s, %d nights", name, WHAT["units"], runs)
    claim, begun = 1.0, time.process_time()
    try:
        found = nights(name, epsilon=claim, delta=DELTA, runs=runs)
    except NoctuleError as error:
        yield Finding(name, "night", False, f"a night on sound public data was refused: {error.what}")
        return
    spent = time.process_time() - begun
    yield _judged(name, "units", found.trials, claim, level, gaussian=False, spent=spent)
    words = f"keys, names and undeclared values in files outside the vault: {', '.join(found.escaped) or 'none'}"
    yield Finding(name, "strings", not found.escaped, words, facts={"nights": runs, "files": found.escaped})
    words = f"columns of a release with a value that no contract declares: {', '.join(found.foreign) or 'none'}"
    yield Finding(name, "domain", not found.foreign, words, facts={"nights": runs, "columns": found.foreign})


def purchased(level: float) -> Finding:
    """Whether values that one row holds come out of a bought domain more often than delta allows."""
    log.info("domains bought of values that one row holds")
    found, of, delta = purchases(DELTA, PURCHASES)
    chance = at_least(found, of, level)
    words = f"values of one row in {PURCHASES} bought domains: {found} of {of}, each allowed with chance {delta:.0e}"
    facts: dict[str, Any] = {"found": found, "of": of, "least": chance, "allowed": delta}
    return Finding("", "purchase", chance <= delta, words, facts=facts)


def _seed() -> Finding:
    alike = twins.seeded()
    words = f"noise that two forks of one process drew alike: {', '.join(alike) or 'none'}"
    return Finding("", "seed", not alike, words, facts={"kinds": alike, "of": list(twins.DRAWS)})
