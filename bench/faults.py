"""Faults planted in a running process, one at a time: what the audit of the guarantee must find (bench/audit.py).

They live here and not in the library, which must hold no switch that breaks privacy. Where one says *tap blind*, the
draw is told to the noise tap as if it were right, so that only an attack can see it.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from noctule.codes import Codec
from noctule.engines import bundle as bundles
from noctule.engines import purse
from noctule.engines.adaptive import Adaptive
from noctule.engines.model import COMPONENT, Grouping, Model, Step
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import Draw


@contextmanager
def noise_divided(by: float) -> Generator[None]:
    """Too little noise, tap blind."""

    def less(values: Any, *, scale: float, sensitivity: float, tap: Any) -> Any:
        return discrete_gaussian(values, scale=scale / by, sensitivity=sensitivity / by, tap=tap)

    with patch.object(purse, "discrete_gaussian", less):
        yield


@contextmanager
def budget_not_split() -> Generator[None]:
    """Every measurement forgets what was spent before it."""
    with patch.object(purse.Purse, "spend", lambda *_: None):
        yield


@contextmanager
def domain_inferred() -> Generator[None]:
    """Codes that no row holds get no noise: what is in the data shows in the model."""
    measure = purse.Purse.measure

    def seen(self: Any, clique: Any, exact: Any, rho: float, *, fine: bool) -> Any:
        found = measure(self, clique, exact, rho, fine=fine)
        return found.__class__(found.clique, np.where(exact == 0, 0, found.counts), found.sigma, found.fine)

    with patch.object(purse.Purse, "measure", seen):
        yield


@contextmanager
def rows_in_the_model() -> Generator[None]:
    """The generator has learned its rows by heart: a component a row. Noise is drawn, and thrown away."""
    fit = Adaptive.fit

    def by_heart(self: Any, counts: Any, shape: Any, **words: Any) -> Model:
        honest, codes = fit(self, counts, shape, **words), counts.codes()
        rows = len(next(iter(codes.values())))
        root = Step(COMPONENT, (), np.full(rows, 1 / rows))
        steps = (Step(n, (COMPONENT,), np.eye(size)[codes[n]]) for n, size in shape.domain.items())
        groupings = {name: Grouping.identity(size) for name, size in shape.domain.items()}
        return Model(honest.domain, honest.total, (root, *steps), groupings, latent={COMPONENT: rows})

    with patch.object(Adaptive, "fit", by_heart):
        yield


@contextmanager
def rows_in_the_bundle() -> Generator[None]:
    """Somebody left the rows in the receipt, to look at them later."""
    encode, write = Codec.encode, bundles.write
    seen: list[Any] = []

    def watched(self: Codec, table: Any, **words: Any) -> Any:
        seen[:] = table.to_pylist()
        return encode(self, table, **words)

    def chatty(bundle: Any, folder: Any) -> None:
        bundle.receipt["debug"] = list(seen)
        write(bundle, folder)

    with patch.object(Codec, "encode", watched), patch.object(bundles, "write", chatty):
        yield


@contextmanager
def unit_bound_dropped(*, checks_blind: bool) -> Generator[None]:
    """Ingest keeps all rows of everybody; the contract checks, which count them again, see it or not."""
    with ExitStack() as stack:
        stack.enter_context(patch("noctule.ingest.ingest.kept_rows", lambda *_: None))
        if checks_blind:
            stack.enter_context(patch("noctule.audit.night.inspect", lambda *_: None))
            stack.enter_context(patch("noctule.refresh.require_verdict", lambda *_: None))
        yield


@contextmanager
def unit_counts_for_one() -> Generator[None]:
    """Noise for one row a unit, whatever `max_rows` says; tap blind."""

    def lone(self: Any) -> None:
        self.max_rows = 1

    with patch.object(purse.Purse, "__post_init__", lone):
        yield


@contextmanager
def noise_seeded(*, every_draw: bool) -> Generator[None]:
    """numpy's generator in the place of OpenDP, with a fixed seed: at import, or anew at every draw."""
    shared = np.random.default_rng(0)

    def seeded(values: Any, *, scale: float, sensitivity: float, tap: Any) -> Any:
        tap.record(Draw("discrete_gaussian", sensitivity, scale, sensitivity**2 / (2 * scale**2)))
        source = np.random.default_rng(0) if every_draw else shared
        return values + np.rint(source.normal(0, scale, values.shape)).astype(np.int64)

    with patch.object(purse, "discrete_gaussian", seeded):
        yield


@contextmanager
def threshold_dropped() -> Generator[None]:
    """A thresholded release lets every value pass whose noisy count reaches two rows."""
    with patch("noctule.mechanisms.threshold.threshold", lambda *_: 2):
        yield


FAULTS: dict[str, Callable[[], Any]] = {
    "noise / 10, tap blind": lambda: noise_divided(10),
    "noise / 2, tap blind": lambda: noise_divided(2),
    "noise / 1.05, tap blind": lambda: noise_divided(1.05),
    "budget not split": budget_not_split,
    "domain inferred from the rows": domain_inferred,
    "rows learned by heart": rows_in_the_model,
    "rows left in the bundle": rows_in_the_bundle,
    "unit bound dropped": lambda: unit_bound_dropped(checks_blind=False),
    "unit bound dropped, checks blind": lambda: unit_bound_dropped(checks_blind=True),
    "unit counts for one row": unit_counts_for_one,
    "noise seeded once": lambda: noise_seeded(every_draw=False),
    "noise seeded at every draw": lambda: noise_seeded(every_draw=True),
    "partition of one row released": threshold_dropped,
}
