"""The sampler over the fitted model. Everything is seeded, so no test here can fail by chance."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from noctule.codes import Codes
from noctule.counts import marginal
from noctule.engines.model import BLOCK_ROWS, COMPONENT, Grouping, Measurement, Model, Step
from tests.noctule.engines.conftest import joint, noise_level, tvd

ROWS = 100_000


def _shares(model: Model, codes: Codes, pair: tuple[str, str]) -> np.ndarray:
    return marginal(codes, pair, model.domain) / len(codes["a"])


def _noise_ratio(model: Model, pair: tuple[str, str], part: slice, rows: int = 20_000) -> float:
    """TVD of a part of the sample to the model, over that of independent rows: the mean of 30 seeds.

    A single ratio has a standard deviation of about .17 (measured), the mean of 30 about .03.
    """
    exact = joint(model, *pair)
    height = len(range(rows)[part])
    ratios: list[float] = []
    for seed in range(30):
        some = {name: column[part] for name, column in model.sample(rows, seed).items()}
        ratios.append(tvd(_shares(model, some, pair), exact) / noise_level(exact, height))
    return float(np.mean(ratios))


@pytest.mark.parametrize("pair", list(combinations("bcd", 2)))
def test_unmeasured_siblings_are_independent_given_their_parent(star: Model, pair: tuple[str, str]) -> None:
    assert _noise_ratio(star, pair, slice(None)) < 1.1


def test_mbi_1_fails_the_sibling_test(star: Model) -> None:
    """Why there is a sampler of our own: mbi's makes siblings comonotone (research: scale.md section 2)."""
    from mbi import CliqueVector, Domain, Factor, MarkovRandomField

    domain = Domain(list("abc"), [6, 6, 6])
    tables = {("a", s.attribute): star.steps[0].table[:, None] * s.table for s in star.steps[1:3]}
    marginals = CliqueVector(domain, list(tables), {c: Factor(domain.project(c), t) for c, t in tables.items()})
    potentials = {("a", "b"): tables["a", "b"], ("a", "c"): star.steps[2].table}
    theta = CliqueVector(
        domain, list(tables), {c: Factor(domain.project(c), np.log(t + 1e-30)) for c, t in potentials.items()}
    )
    sampled = MarkovRandomField(potentials=theta, marginals=marginals, total=1.0).synthetic_data(rows=ROWS)
    codes = {name: np.asarray(column).astype(np.int32) for name, column in sampled.to_dict().items()}
    exact = joint(star, "b", "c")
    assert tvd(_shares(star, codes, ("b", "c")), exact) > 20 * noise_level(exact, ROWS)
    edge = joint(star, "a", "b")
    assert tvd(_shares(star, codes, ("a", "b")), edge) < 2 * noise_level(edge, ROWS)  # measured pairs hide it


@pytest.mark.parametrize("child", ["b", "c"])
def test_measured_pairs_carry_little_sampling_noise(star: Model, child: str) -> None:
    exact = joint(star, "a", child)
    assert tvd(_shares(star, star.sample(ROWS, 2), ("a", child)), exact) < 0.1 * noise_level(exact, ROWS)


def test_every_cell_of_a_measured_pair_is_rounded_up_or_down(star: Model) -> None:
    counts = marginal(star.sample(5000, 3), ("a", "b"), star.domain)
    expected = counts.sum(axis=1, keepdims=True) * star.steps[1].table
    assert np.abs(counts - expected).max() < 1


def test_rounding_has_the_right_expectation() -> None:
    """One row a block: over many seeds each outcome comes as often as its probability says."""
    p = np.array([0.05, 0.15, 0.8])
    model = Model({"x": 3}, 1.0, (Step("x", (), p),), {"x": Grouping.identity(3)})
    seen = np.bincount([model.sample(1, seed)["x"][0] for seed in range(3000)], minlength=3) / 3000
    assert np.abs(seen - p).max() < 4 * np.sqrt(0.16 / 3000)


@pytest.mark.parametrize("part", [slice(0, 2000), slice(-2000, None), slice(0, None, 10)], ids=["head", "tail", "step"])
@pytest.mark.parametrize("pair", [("a", "b"), ("b", "c")])
def test_rows_are_exchangeable(star: Model, pair: tuple[str, str], part: slice) -> None:
    """Head equals tail equals every tenth row: each is as near to the model as independent rows are.

    Of other seeds about one in 5,000 would fail one of the six: a mean ratio is .975 +- .03 (measured, 100 seeds).
    """
    assert 0.8 < _noise_ratio(star, pair, part) < 1.1


def test_neighbouring_rows_are_unrelated(star: Model) -> None:
    codes = star.sample(ROWS, 5)
    for name in star.domain:
        assert abs(np.corrcoef(codes[name][:-1], codes[name][1:])[0, 1]) < 5 / np.sqrt(ROWS)


@pytest.mark.parametrize("workers", [2, 3])
def test_the_same_rows_whatever_the_number_of_workers(mixture: Model, workers: int) -> None:
    rows = 5 * BLOCK_ROWS + 17
    pairs = zip(mixture.blocks(rows, 8), mixture.blocks(rows, 8, workers=workers), strict=True)
    for number, (alone, shared) in enumerate(pairs):
        by_number = mixture.block(number, rows, 8)
        for name in mixture.domain:
            assert alone[name].dtype == np.int32 and len(alone[name]) == (BLOCK_ROWS if number < 5 else 17)
            assert np.array_equal(alone[name], shared[name]) and np.array_equal(alone[name], by_number[name])


def test_seeded_blocks_join_and_differ(star: Model) -> None:
    rows = BLOCK_ROWS + 1000
    codes = star.sample(rows, 6)
    assert len(codes["a"]) == rows
    assert not np.array_equal(codes["a"][:1000], codes["a"][BLOCK_ROWS:])
    again = next(star.blocks(BLOCK_ROWS + 5, 6))  # a block does not depend on those after it
    assert all(np.array_equal(again[name], codes[name][:BLOCK_ROWS]) for name in star.domain)
    assert not np.array_equal(star.sample(1000, 7)["a"], star.sample(1000, 6)["a"])


def test_a_child_of_two_parents_follows_both() -> None:
    table = np.zeros((2, 3, 6))
    for x in range(2):
        for y in range(3):
            table[x, y, 3 * x + y] = 1
    steps = (
        Step("x", (), np.array([0.5, 0.5])),
        Step("y", ("x",), np.full((2, 3), 1 / 3)),
        Step("z", ("x", "y"), table),
    )
    domain = {"z": 6, "y": 3, "x": 2}
    codes = Model(domain, 1.0, steps, {n: Grouping.identity(k) for n, k in domain.items()}).sample(500, 0)
    assert np.array_equal(codes["z"], 3 * codes["x"] + codes["y"])
    assert list(codes) == ["z", "y", "x"]


def test_a_value_without_probability_never_comes() -> None:
    p = np.array([0.0, 0.3, 0.0, 0.7, 0.0])
    model = Model({"x": 5}, 1.0, (Step("x", (), p),), {"x": Grouping.identity(5)})
    assert set(model.sample(10_000, 0)["x"].tolist()) == {1, 3}


def test_a_latent_attribute_shapes_the_rows_and_is_left_out(mixture: Model) -> None:
    codes = mixture.sample(ROWS, 4)
    assert list(codes) == list(mixture.domain)
    share, tables = mixture.steps[0].table, {step.attribute: step.table for step in mixture.steps}
    exact = np.einsum("k,ka,kb->ab", share, tables["a"], tables["b"])
    assert tvd(_shares(mixture, codes, ("a", "b")), exact) < 1.1 * noise_level(exact, ROWS)


def test_arrays_and_back(star: Model) -> None:
    back = Model.from_arrays(*star.to_arrays())
    assert back.domain == star.domain and back.total == star.total
    mine, theirs = star.sample(100, 9), back.sample(100, 9)
    assert all(np.array_equal(mine[name], theirs[name]) for name in star.domain)


def _with_table(model: Model, table: np.ndarray) -> Model:
    return replace(model, steps=(replace(model.steps[0], table=table), *model.steps[1:]))


@pytest.mark.parametrize(
    "broken",
    [
        lambda m: replace(m, total=0.5),
        lambda m: replace(m, total=float("nan")),
        lambda m: replace(m, steps=m.steps[::-1]),
        lambda m: replace(m, steps=m.steps[:3]),
        lambda m: replace(m, steps=(*m.steps[:3], m.steps[2])),
        lambda m: replace(m, domain={**m.domain, "d": 8}),
        lambda m: replace(m, groupings={}),
        lambda m: replace(m, groupings={**m.groupings, "a": Grouping(np.arange(1, 7, dtype=np.int32), np.ones(6))}),
        lambda m: replace(m, groupings={**m.groupings, "a": Grouping(np.arange(6, dtype=np.int32), np.full(6, 0.5))}),
        lambda m: _with_table(m, np.full(6, np.nan)),
        lambda m: _with_table(m, np.array([-1, 1, 1, 0, 0, 0.0])),
        lambda m: _with_table(m, np.full(6, 0.2)),
        lambda m: _with_table(m, np.full(5, 0.2)),
        lambda m: _with_table(m, np.full(6, 1 / 6, np.float32)),
    ],
)
def test_a_model_that_does_not_fit_together_is_refused(star: Model, broken: object) -> None:
    with pytest.raises(ValueError):
        broken(star)  # pyright: ignore


PAIR = np.zeros((6, 6), np.int64)


@pytest.mark.parametrize(
    "broken",
    [
        lambda m: replace(m, latent={}),
        lambda m: replace(m, latent={COMPONENT: 5}),
        lambda m: replace(m, latent={COMPONENT: 4, "other": 2}),
        lambda m: replace(m, latent={COMPONENT: 4, "a": 6}),
        lambda m: replace(m, groupings={**m.groupings, COMPONENT: Grouping.identity(4)}),
        lambda m: replace(m, measurements=(Measurement(("a", COMPONENT), PAIR, 1.0, False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "a"), PAIR, 1.0, False),)),
        lambda m: replace(m, measurements=(Measurement((), np.array(3), 1.0, False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "d"), PAIR, 1.0, True),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR, 0.0, False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR, float("inf"), False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR.astype(np.int32), 1.0, False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR * np.nan, 1.0, False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR * 1.0, np.ones(6), False),)),
        lambda m: replace(m, measurements=(Measurement(("a", "b"), PAIR * 1.0, PAIR * 0.0, False),)),
    ],
)
def test_latent_attributes_and_measurements_must_fit_too(mixture: Model, broken: object) -> None:
    with pytest.raises(ValueError):
        broken(mixture)  # pyright: ignore


@pytest.mark.parametrize(("rows", "seed"), [(-1, 0), (1, -1)])
def test_impossible_requests_are_refused(star: Model, rows: int, seed: int) -> None:
    with pytest.raises(ValueError):
        list(star.blocks(rows, seed))
