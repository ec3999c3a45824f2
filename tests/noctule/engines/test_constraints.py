"""What a contract declares impossible: free knowledge for the fit, and in no sampled row."""

from dataclasses import replace

import numpy as np
import pytest

from noctule.codes.forbidden import Forbidden
from noctule.counts import CodesCounts
from noctule.engines.adaptive import Adaptive
from noctule.engines.model import Model
from noctule.engines.shape import Shape
from noctule.errors import BundleError
from noctule.mechanisms.tap import NoiseTap

DOMAIN = {"age": 20, "married": 2, "town": 5}
MONKS = Forbidden({"town": np.arange(5) < 2, "married": np.array([False, True])})


def _fit(forbidden: tuple[Forbidden, ...]) -> Model:
    rng = np.random.default_rng(1)
    age = rng.integers(0, 20, 3000)
    town = rng.integers(0, 5, 3000, np.int32)
    married = (rng.random(3000) < 0.6) & (town >= 2)
    codes = {
        "age": age.astype(np.int32),
        "married": married.astype(np.int32),
        "town": rng.integers(0, 5, 3000, np.int32),
    }
    shape, tap = Shape(DOMAIN, frozenset({"age"}), (), forbidden), NoiseTap()
    model = Adaptive().fit(CodesCounts(codes, DOMAIN), shape, nano_rho=2_000_000, max_rows=1, tap=tap)
    tap.require_equal(2_000_000)
    return model


def test_the_fit_knows_what_is_impossible() -> None:
    """6 fits gave .126 to .138 impossible rows where nothing is known of the pair, .0047 to .0057 where it is declared:
    a false failure is not to be expected."""
    blind, told = (MONKS.violations(_fit(known).sample(20_000, 0)).mean() for known in ((), (MONKS,)))
    assert told < 0.02 < 0.08 < blind


def test_no_sampled_row_is_impossible(star: Model) -> None:
    rule = Forbidden({"b": np.arange(6) < 3, "c": np.arange(6) > 1})
    free, bound = star.sample(30_000, 4), replace(star, forbidden=(rule,)).sample(30_000, 4)
    assert rule.violations(free).mean() > 0.05
    assert not rule.violations(bound).any()


def test_other_rows_keep_their_distribution(star: Model) -> None:
    """Rows drawn again follow the model given the constraint. 5 standard deviations: fails 1 time in 100,000."""
    rule = Forbidden({"b": np.arange(6) < 3, "c": np.arange(6) > 1})
    free, bound = star.sample(200_000, 5), replace(star, forbidden=(rule,)).sample(200_000, 6)
    kept = ~rule.violations(free)
    for name in ("a", "d"):
        size = star.domain[name]
        expected, seen = (np.bincount(c, minlength=size) / c.size for c in (free[name][kept], bound[name]))
        assert (np.abs(expected - seen) < 5 * np.sqrt(2 * expected / kept.sum()) + 1e-4).all()


@pytest.mark.parametrize("shape", ["star", "mixture"])
def test_rebalanced_shares_hold_where_rows_are_impossible(shape: str, request: pytest.FixtureRequest) -> None:
    """A row drawn again keeps its value of b; the rest is as the model has it given that value and the rule.

    Seeded; c given b is within 5 standard deviations for each of the 3 values: of other seeds 1 in 10^5 would fail.
    """
    model: Model = request.getfixturevalue(shape)
    rule, shares = Forbidden({"b": np.arange(6) < 3, "c": np.arange(6) > 1}), np.array([0.3, 0.1, 0.1, 0.2, 0.2, 0.1])
    free = model.rebalanced("b", shares)
    bound = replace(model, forbidden=(rule,)).rebalanced("b", shares)
    before, after = free.sample(60_000, 7), bound.sample(60_000, 7)
    assert rule.violations(before).mean() > 0.05 and not rule.violations(after).any()
    assert np.array_equal(before["b"], after["b"])
    assert np.abs(np.bincount(after["b"]) / 60_000 - shares).max() < 1e-3
    for value in range(3):
        given = model.given({"b": np.arange(6) == value}).marginal("c")[:2]
        expected = given[0] / given.sum()
        c = after["c"][after["b"] == value]
        assert abs((c == 0).mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / c.size)


def test_constraints_survive_the_bundle(star: Model) -> None:
    rule = Forbidden({"b": np.arange(6) < 3, "c": np.arange(6) > 1})
    bound = replace(star, forbidden=(rule,))
    back = Model.from_arrays(*bound.to_arrays())
    assert list(back.forbidden[0].masks) == ["b", "c"]
    assert np.array_equal(back.sample(500, 1)["c"], bound.sample(500, 1)["c"])


def test_what_leaves_no_row_is_refused(star: Model) -> None:
    everything = Forbidden({"b": np.ones(6, bool)})
    with pytest.raises(BundleError, match="constraints"):
        replace(star, forbidden=(everything,)).sample(10, 0)


def test_shares_that_the_constraints_leave_no_row_for_are_refused(star: Model) -> None:
    bound = replace(star, forbidden=(Forbidden({"b": np.arange(6) == 2}),))
    bound.sample(1000, 0)
    with pytest.raises(BundleError, match="constraints"):
        bound.rebalanced("b", np.array([0.2, 0.2, 0.1, 0.2, 0.2, 0.1])).sample(100, 0)


def test_an_attribute_to_keep_survives_the_bundle_and_must_be_known(star: Model) -> None:
    kept = star.rebalanced("b", np.full(6, 1 / 6))
    assert Model.from_arrays(*kept.to_arrays()).kept == "b" and star.kept is None
    with pytest.raises(ValueError, match="keeps its value"):
        replace(star, kept="nobody")


def test_a_mask_of_another_domain_is_refused(star: Model) -> None:
    with pytest.raises(ValueError, match="impossible combination"):
        replace(star, forbidden=(Forbidden({"b": np.ones(9, bool)}),))
