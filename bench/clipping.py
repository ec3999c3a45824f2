"""What it costs to keep at most k rows of each person: noise grows with k, and what is cut off is missing below it.

    OMP_NUM_THREADS=1 nice -n 10 .venv/bin/python -m bench.clipping [--plot docs/clipping.png]

The made visits (bench/visits.py) are read into a vault at each k by the ingest of a night, keyed choice of rows
included, and fitted by the contract's engine at the same epsilon and delta. Three total variation distances, means
over columns (tvd1) and over pairs (tvd2) of codes: *noise*, release against the table cut at k, with all that the
engine and the drawing of rows add; *bias*, the table cut at k against the whole one, which no night computes or pays
for; *both*, release against the whole table. Each is the median of `--seeds` fits.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from bench import visits
from bench.clipping_plot import plot
from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.contract.load import load
from noctule.counts import CodesCounts
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.evaluation.fidelity import tvd
from noctule.home import Home
from noctule.ingest.ingest import ingest
from noctule.ingest.reads import opened
from noctule.mechanisms.accounting import epsilon_of, rho_of
from noctule.mechanisms.tap import NoiseTap

KEPT = (1, 2, 5, 10, visits.MOST)
EPSILON, DELTA = 1.0, 1e-6
EPSILONS = (EPSILON, 2.0, 4.0, 8.0, 16.0, 32.0)
HEAD = (
    "k",
    "rows kept",
    "sigma, rows",
    "sigma / rows",
    "noise",
    "bias",
    "both",
    "a person's epsilon, noise set for 1 row",
)
NEEDED = ("epsilon for the noise of the first k", "epsilon for the best of both", "fit CPU s")

Errors = tuple[float, float]  # tvd1, tvd2


class Fit(NamedTuple):
    """`sigma`: of a measured pair, in rows (the median of a fit's pairs); `cpu`: seconds of the fit alone."""

    sigma: float
    noise: Errors
    both: Errors
    cpu: float


class Clipped(NamedTuple):
    """A table cut to `max_rows` rows a person; `fits`: epsilon -> medians."""

    max_rows: int
    rows: int
    share: float
    bias: Errors
    fits: dict[float, Fit]


def main() -> None:
    given = _arguments()
    console = Console(width=given.width)
    found = {people: measure(people, given.seeds) for people in given.people}
    for people, clipped in found.items():
        console.print(_report(people, clipped))
    if given.plot:
        plot(found, EPSILON, given.plot)
    console.print(f"{time.process_time():.0f} CPU s in all")


def measure(people: int, seeds: int, kept: Sequence[int] = KEPT, epsilons: Sequence[float] = EPSILONS) -> list[Clipped]:
    """One table of `people`, cut at each of `kept`; nobody in it has more rows than the last of them."""
    with tempfile.TemporaryDirectory(prefix="noctule-bench-") as name:
        contract, home = load(visits.write(Path(name), people)), Home(Path(name) / "state")
        codec = Codec(contract)
        tables = {k: cut(contract, k, home, Path(name)) for k in kept}
    shape, whole = Shape.of(codec), tables[kept[-1]]
    return [
        Clipped(
            k,
            _rows(codes),
            _rows(codes) / _rows(whole),
            _errors(whole, codes, shape),
            {
                epsilon: _median([_fit(contract, shape, codes, whole, k, epsilon, seed) for seed in range(seeds)])
                for epsilon in epsilons
            },
        )
        for k, codes in tables.items()
    ]


def cut(contract: Contract, max_rows: int, home: Home, root: Path) -> Codes:
    """The codes of the snapshot in which each person has at most `max_rows` rows."""
    words = contract.model_dump(by_alias=True)
    words["unit"]["max_rows"] = max_rows
    snapshot = ingest(Contract.model_validate(words), home, root)
    rows = opened(snapshot, home, "evaluation", columns=[column.name for column in contract.modelled])
    return Codec(contract).encode(rows.table())


def _fit(contract: Contract, shape: Shape, codes: Codes, whole: Codes, max_rows: int, epsilon: float, seed: int) -> Fit:
    """`seed` is that of the sample: noise has none."""
    nano_rho, tap = rho_of(epsilon, DELTA), NoiseTap()
    begun = time.process_time()
    counts = CodesCounts(codes, shape.domain)
    model = engine(contract.engine.name).fit(counts, shape, nano_rho=nano_rho, max_rows=max_rows, tap=tap)
    cpu = time.process_time() - begun
    tap.require_equal(nano_rho)
    release = model.sample(max(1, round(model.total)), seed)
    sigma = median(one.sigma for one in model.measurements if len(one.clique) == 2)
    return Fit(sigma, _errors(codes, release, shape), _errors(whole, release, shape), cpu)


def _median(fits: list[Fit]) -> Fit:
    noise, both = (
        tuple(np.median(side, axis=0).tolist()) for side in ([f.noise for f in fits], [f.both for f in fits])
    )
    return Fit(median(fit.sigma for fit in fits), noise, both, median(fit.cpu for fit in fits))


def _errors(real: Codes, other: Codes, shape: Shape) -> Errors:
    one, two = (float(np.mean(list(tvd(real, other, shape.domain, ways).values()))) for ways in (1, 2))
    return one, two


def _rows(codes: Codes) -> int:
    return len(next(iter(codes.values())))


def person_epsilon(max_rows: int) -> float:
    """What a person of `max_rows` rows has left of EPSILON when the noise was set for one row: k^2 times its rho.

    All rows may share a cell, so the sensitivity is k times that of a row, and rho = sensitivity^2 / (2 sigma^2).
    """
    return epsilon_of(max_rows**2 * rho_of(EPSILON, DELTA), DELTA)


def needed(errors: dict[float, float], target: float) -> str:
    """The epsilon at which the error falls to `target`, between those tried in logarithms of both."""
    tried = np.array(sorted(errors))
    error = np.minimum.accumulate([errors[epsilon] for epsilon in tried])  # an error may rise by chance
    if error[0] <= target:
        return f"{tried[0]:g}"
    if error[-1] > target:
        return f"> {tried[-1]:g}"
    return f"{np.exp(np.interp(-np.log(target), -np.log(error), np.log(tried))):.2g}"


def _report(people: int, clipped: list[Clipped]) -> Table:
    title = f"{people:,} people, {clipped[-1].rows:,} rows, epsilon {EPSILON:g}, delta {DELTA:g}; tvd1 / tvd2"
    table = Table(title=title, title_justify="left")
    for name in (*HEAD, *NEEDED):
        table.add_column(name, justify="right")
    first, best = clipped[0].fits[EPSILON].noise[1], min(one.fits[EPSILON].both[1] for one in clipped)
    for one in clipped:
        fit = one.fits[EPSILON]
        noise = needed({epsilon: tried.noise[1] for epsilon, tried in one.fits.items()}, first)
        both = needed({epsilon: tried.both[1] for epsilon, tried in one.fits.items()}, best)
        table.add_row(
            str(one.max_rows),
            f"{one.share:.0%}",
            f"{fit.sigma:,.0f}",
            f"{fit.sigma / one.rows:.2%}",
            *("{:.3f} / {:.3f}".format(*error) for error in (fit.noise, one.bias, fit.both)),
            f"{person_epsilon(one.max_rows):.3g}",
            noise,
            "never" if one.bias[1] > best else both,
            f"{fit.cpu:.2f}",
        )
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.clipping", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=lambda text: [int(x) for x in text.split(",")], default=[2_000, 20_000])
    parser.add_argument("--seeds", type=int, default=3, help="fits of each")
    parser.add_argument("--plot", type=Path, help="a PNG of error against k")
    parser.add_argument("--width", type=int, default=160, help="of the printed table, in characters")
    return parser.parse_args()


if __name__ == "__main__":
    main()
