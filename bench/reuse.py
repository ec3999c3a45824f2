"""What a refit saves that remembers: `python -m bench.reuse --tables adult,nist --refits 12`.

Refits of a table that changes by a public rule, each at the same epsilon, with and without what earlier ones measured.
Errors are of the release against the rows of its own night, on codes: the mean total variation distance of all pairs
and of 100 triples. All of epsilon goes to the engine. At the smaller epsilons only reuse is run, for the least one
whose error over the second half of the refits is no larger than that of the largest epsilon without reuse.
"""

import argparse
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.bands import WORK, rows
from bench.inputs import REAL, find
from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.engines.adaptive import Adaptive
from noctule.engines.prior import Prior
from noctule.engines.shape import Shape
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap

LEANS = {"adult": ("age", "income"), "nist": ("AGEP", "OWN_RENT"), "claims": ("age", "approved")}
CHANGES = ("none", "slow", "break")
SLOW = 0.06  # by how much the weights' exponent grows from one refit to the next: a mean TVD of pairs of about 0.012
BREAK, BROKEN = 6, 1.5  # the refit that meets another table, and the exponent it was drawn with
TRIPLES = 100

Errors = list[tuple[float, float]]


def main() -> None:
    given = _arguments()
    for name in given.tables:
        try:
            shape, codes = rows(find(name, WORK))
        except FileNotFoundError as missing:
            print(f"{name} is left out: {missing}")
            continue
        for change in given.changes:
            tables = [changed(name, shape, codes, change, refit) for refit in range(1, given.refits + 1)]
            judges = [Judge(shape, table) for table in tables]
            moved = np.mean([later.tvd(table)[0] for table, later in zip(tables, judges[1:], strict=False)])
            print(
                f"\n{name}, change: {change}; tvd2 of a table and the one before: {moved:.4f} in the mean", flush=True
            )
            without = run(shape, tables, judges, given.epsilon, None)
            show(f"epsilon {given.epsilon:g}, no reuse", without)
            search(shape, tables, judges, given, without)


def search(
    shape: Shape, tables: list[Codes], judges: "list[Judge]", given: argparse.Namespace, without: Errors
) -> None:
    """Reuse at each epsilon, from the largest, for as long as it errs no more than `without` reuse."""
    asked, enough = _late(without), None
    for epsilon in sorted({given.epsilon, *given.smaller}, reverse=True):
        errors = run(shape, tables, judges, epsilon, given.drift)
        show(f"epsilon {epsilon:g}, reuse", errors)
        if _late(errors) > asked:
            break
        enough = epsilon
    print(
        f"least epsilon a refit with reuse for the error of {given.epsilon:g} without: {enough or 'none'}", flush=True
    )


def run(shape: Shape, tables: list[Codes], judges: "list[Judge]", epsilon: float, drift: float | None) -> Errors:
    """The errors of each refit; `drift`: the assumed one, or None for refits that remember nothing."""
    prior, errors = None, Errors()
    nano_rho = rho_of(epsilon, 1e-6)
    for table, judge in zip(tables, judges, strict=True):
        tap, counts = NoiseTap(), CodesCounts(table, shape.domain)
        model = Adaptive().fit(counts, shape, nano_rho=nano_rho, max_rows=1, tap=tap, prior=prior)
        tap.require_equal(nano_rho)
        errors.append(judge.tvd(model.sample(max(1, round(model.total)), 0)))
        prior = None if drift is None else Prior.of(model, drift)
    return errors


class Judge:
    """The marginals of one table, against which releases are held."""

    def __init__(self, shape: Shape, codes: Codes) -> None:
        self.domain = shape.domain
        self.pairs = list(combinations(self.domain, 2))
        triples = list(combinations(self.domain, 3))
        drawn = np.random.default_rng(0).choice(len(triples), min(TRIPLES, len(triples)), replace=False)
        self.triples = [triples[at] for at in drawn]
        self.shares = dict(self._shares(codes))

    def tvd(self, codes: Codes) -> tuple[float, float]:
        """Mean total variation distance of pairs, and of triples."""
        far = {clique: np.abs(share - self.shares[clique]).sum() / 2 for clique, share in self._shares(codes)}
        pairs, triples = (np.mean([far[clique] for clique in all_]) for all_ in (self.pairs, self.triples))
        return float(pairs), float(triples)

    def _shares(self, codes: Codes) -> Iterator[tuple[tuple[str, ...], NDArray[np.float64]]]:
        for clique, table in CodesCounts(codes, self.domain).marginals(self.pairs + self.triples).items():
            yield clique, table / table.sum()


def changed(name: str, shape: Shape, codes: Codes, change: str, refit: int) -> Codes:
    """The table at a refit, from 1: rows lean ever more, or from BREAK on at once, to the high codes of two columns."""
    exponent = {"none": 0.0, "slow": SLOW * refit, "break": BROKEN * (refit >= BREAK)}[change]
    slope, step = (codes[column] / (shape.domain[column] - 1) for column in LEANS[name])
    return _drawn(codes, np.exp(exponent * (2 * slope + step)))


def _drawn(codes: Codes, weights: NDArray[np.float64]) -> Codes:
    """As many rows, each as often as its weight says, rounded so that the sum over any run of rows is kept."""
    ends = np.rint(weights.cumsum() * (len(weights) / weights.sum())).astype(np.int64)
    at = np.repeat(np.arange(len(weights)), np.diff(ends, prepend=0))
    return {name: column[at] for name, column in codes.items()}


def show(title: str, errors: Errors) -> None:
    for figure, values in zip(("tvd2", "tvd3"), zip(*errors, strict=True), strict=True):
        print(f"  {title:27} {figure}  {' '.join(f'{value:.3f}' for value in values)}", flush=True)


def _late(errors: Errors) -> float:
    return float(np.mean([pairs for pairs, _ in errors[len(errors) // 2 :]]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.reuse", description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=lambda text: text.split(","), default=list(REAL), help=", ".join(LEANS))
    parser.add_argument("--changes", type=lambda text: text.split(","), default=list(CHANGES), help=", ".join(CHANGES))
    parser.add_argument("--refits", type=int, default=12)
    parser.add_argument("--epsilon", type=float, default=0.359, help="of each refit without reuse; delta is 1e-6")
    parser.add_argument("--smaller", type=_floats, default=[0.25, 0.2, 0.15, 0.1], help="epsilons to search")
    parser.add_argument("--drift", type=float, default=0.01, help="assumed mean TVD of a table between refits")
    return parser.parse_args()


def _floats(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
