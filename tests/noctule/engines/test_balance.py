"""Balancing moves pairs towards the model, keeps what was exact, and favours no row over what the model says."""

from collections.abc import Callable

import numpy as np
import pytest

from noctule.codes import Codes
from noctule.engines import model as models
from noctule.engines.balance import balance
from noctule.engines.model import BALANCED, Model
from tests.noctule.engines.conftest import noise_level, tvd

NAMES = "abc"  # the mixture's attributes whose codes are groups of one


def _exact(mixture: Model, names: str) -> np.ndarray:
    share, tables = mixture.steps[0].table, {step.attribute: step.table for step in mixture.steps}
    inputs = ",".join(["k", *("k" + name for name in names)])
    return np.einsum(f"{inputs}->{names}", share, *(tables[name] for name in names)).ravel()


def _seen(codes: Codes, names: str) -> np.ndarray:
    cell = np.ravel_multi_index([codes[name] for name in names], [6] * len(names))
    return np.bincount(cell, minlength=6 ** len(names)) / cell.size


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[Model, int, int], Codes]:
    """A sample that is left to chance."""

    def draw(model: Model, rows: int, seed: int) -> Codes:
        with monkeypatch.context() as patch:
            patch.setattr(models, "BALANCED", -1)
            return model.sample(rows, seed)

    return draw


@pytest.mark.parametrize("rows", [1000, 8000])
def test_pairs_are_nearer_to_the_model_and_triples_no_farther(
    mixture: Model, chance: Callable[[Model, int, int], Codes], rows: int
) -> None:
    """Means of 5 seeds; fixed, so that they cannot fail by chance."""
    for names, share in (("ab", 0.5), ("bc", 0.5), ("abc", 1.0)):
        exact = _exact(mixture, names)
        left, made = (
            np.mean([tvd(_seen(draw(rows, seed), names), exact) for seed in range(5)])
            for draw in (lambda rows, seed: chance(mixture, rows, seed), mixture.sample)
        )
        assert made < share * left


def test_codes_only_move_inside_their_component(mixture: Model) -> None:
    rng = np.random.default_rng(4)
    component = rng.integers(0, 4, 501).astype(np.int32)
    codes = [rng.integers(0, 6, 501).astype(np.int32) for _ in range(4)]
    before = [np.bincount(6 * component + column, minlength=24) for column in codes]
    balance(codes, component, [step.table for step in mixture.steps[1:]], rng)
    assert all(
        np.array_equal(np.bincount(6 * component + column, minlength=24), counts)
        for column, counts in zip(codes, before, strict=True)
    )


def test_no_row_is_favoured(mixture: Model) -> None:
    """The rows of 400 samples of 50 rows are distributed as the model says, as 20,000 independent rows would be.

    About one in 10^4 of other seeds would fail: in noise levels, the TVD of triples to the model is .9 +- .1, that of
    pairs .7 +- .1 (measured, 5 x 400 seeds).
    """
    samples = [mixture.sample(50, seed) for seed in range(400)]
    drawn = {name: np.concatenate([codes[name] for codes in samples]) for name in NAMES}
    for names in ("ab", "bc", "abc"):
        exact = _exact(mixture, names)
        assert tvd(_seen(drawn, names), exact) < 1.3 * noise_level(exact, 20_000)


def test_balanced_rows_are_exchangeable(mixture: Model) -> None:
    """Head and tail, a tenth each, are as near to the model as independent rows are: means of 30 seeds.

    Of other seeds fewer than one in 10^5 would fail: a mean is .94 +- .03 (measured, 90 seeds).
    """
    exact = _exact(mixture, "ab")
    samples = [mixture.sample(4000, seed) for seed in range(30)]
    for part in (slice(0, 400), slice(-400, None)):
        apart = [tvd(_seen({name: codes[name][part] for name in NAMES}, "ab"), exact) for codes in samples]
        assert 0.8 < np.mean(apart) / noise_level(exact, 400) < 1.1


def test_large_samples_and_trees_are_left_to_chance(
    mixture: Model, star: Model, chance: Callable[[Model, int, int], Codes]
) -> None:
    for model, rows, same in ((mixture, BALANCED // 16 + 1, True), (star, 1000, True), (mixture, 1000, False)):
        pairs = zip(model.sample(rows, 1).values(), chance(model, rows, 1).values(), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs) == same


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows(mixture: Model, rows: int) -> None:
    assert len(mixture.sample(rows, 0)["a"]) == rows
