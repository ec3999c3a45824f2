"""AIM end to end on small tables. Noise is real here: each statistical bound states how often it fails falsely."""

import numpy as np
import pytest

from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.engines.aim import Aim
from noctule.engines.model import Model
from noctule.engines.shape import Shape
from noctule.errors import DataError, UsageError
from noctule.mechanisms.tap import NoiseTap
from tests.noctule.engines.conftest import DOMAIN, POOR, RICH, ROWS, jobs, tvd


def _fit(codes: Codes, domain: dict[str, int], nano_rho: int, max_rows: int = 1) -> tuple[Model, NoiseTap]:
    tap = NoiseTap()
    shape = Shape(domain, ordered=frozenset({"age"} & set(domain)))
    model = Aim().fit(CodesCounts(codes, domain), shape, nano_rho=nano_rho, max_rows=max_rows, tap=tap)
    return model, tap


@pytest.fixture(scope="module")
def rich() -> tuple[Model, NoiseTap]:
    return _fit(jobs(), DOMAIN, RICH)


def test_the_draws_cost_exactly_the_charge(rich: tuple[Model, NoiseTap]) -> None:
    """One draw an attribute, then a selection and a measurement a round; measurements keep what was drawn."""
    model, tap = rich
    tap.require_equal(RICH)
    kinds = [draw.mechanism for draw in tap.draws]
    assert kinds[:5] == ["discrete_gaussian"] * 5 and len(kinds) > 11
    assert kinds[5:] == ["noisy_max", "discrete_gaussian"] * ((len(kinds) - 5) // 2)
    drawn = [draw.scale for draw in tap.draws if draw.mechanism == "discrete_gaussian"]
    assert [measured.sigma for measured in model.measurements] == drawn
    assert [measured.fine for measured in model.measurements] == [True] * 5 + [False] * (len(drawn) - 5)


@pytest.mark.parametrize("attributes", [3, 11])
def test_any_number_of_columns_is_paid_from_the_share_of_its_own(attributes: int) -> None:
    """smartnoise-synth overspends, then crashes, when its rounds are few for its columns."""
    domain = {f"c{i}": 2 for i in range(attributes)}
    codes = {name: np.arange(50, dtype=np.int32) % 2 for name in domain}
    _, tap = _fit(codes, domain, 7)
    tap.require_equal(7)


def test_domain_and_order_are_the_contracts(rich: tuple[Model, NoiseTap]) -> None:
    model, _ = rich
    assert model.domain == DOMAIN and list(model.sample(1, 0)) == list(DOMAIN)


def test_strong_pairs_survive(rich: tuple[Model, NoiseTap]) -> None:
    """TVD below .03; in 8 fits: .007 to .009 (age, standard deviation .0008) and at most .001: no false failure to
    be expected in 10^9. Independence would give more than .1 (asserted)."""
    model, _ = rich
    real, synthetic = jobs(), model.sample(ROWS, 0)
    for a, b in (("age", "job"), ("sex", "job")):
        shape = [DOMAIN[a], DOMAIN[b]]
        pairs = [np.histogram2d(c[a], c[b], shape, [[0, shape[0]], [0, shape[1]]])[0] / ROWS for c in (real, synthetic)]
        assert tvd(*pairs) < 0.03
        assert tvd(np.outer(pairs[0].sum(axis=1), pairs[0].sum(axis=0)), pairs[0]) > 0.1


def test_a_cycle_of_pairs_is_kept_whole() -> None:
    """Three dependent attributes, of which a tree keeps two pairs: here all three are near.

    The cells' noise is below 10 rows of 20,000, so .01 is beyond 10 standard deviations; independence gives more.
    """
    rng = np.random.default_rng(8)
    a = rng.integers(0, 2, ROWS)
    b = a ^ (rng.random(ROWS) < 0.3)
    c = (a & b) ^ (rng.random(ROWS) < 0.1)
    codes = {name: column.astype(np.int32) for name, column in zip("abc", (a, b, c), strict=True)}
    model, _ = _fit(codes, dict.fromkeys("abc", 2), RICH)
    assert max(len(step.parents) for step in model.steps) == 2
    synthetic = model.sample(ROWS, 0)
    for x, y in ("ab", "bc", "ac"):
        real, fitted = (np.bincount(2 * table[x] + table[y], minlength=4) / ROWS for table in (codes, synthetic))
        assert tvd(real, fitted) < 0.01


def test_the_total_is_noisy_and_near(rich: tuple[Model, NoiseTap]) -> None:
    """The column of one cell alone has standard deviation sigma: beyond 8 sigma once in 10^15."""
    model, tap = rich
    assert abs(model.total - ROWS) < 8 * tap.draws[0].scale


def test_little_budget_many_rows_a_unit(rich: tuple[Model, NoiseTap]) -> None:
    """Noise of thousands of rows: all still fits together, the price is exact, and n is nowhere.

    The total, a weighted mean of noisy integers with sigma near 2000, equals n by chance once in 10^5 or less.
    """
    model, tap = _fit(jobs(2000), DOMAIN, POOR, max_rows=3)
    tap.require_equal(POOR)
    assert {draw.sensitivity for draw in tap.draws if draw.mechanism == "discrete_gaussian"} == {3.0}
    weights = {"one": 4, "pair": 8}  # of a candidate: how many attributes it shares with each of the ten pairs
    assert {draw.sensitivity for draw in tap.draws if draw.mechanism == "noisy_max"} == {3.0 * weights["pair"]}
    assert model.total >= 1 and model.total != 2000
    assert len(model.sample(100, 0)["age"]) == 100
    assert tap.draws[0].scale > 100 * rich[1].draws[0].scale


@pytest.mark.parametrize("names", [["job"], ["job", "sex"]])
def test_one_and_two_attributes(names: list[str]) -> None:
    domain = {name: DOMAIN[name] for name in names}
    codes = {name: jobs()[name] for name in names}
    model, tap = _fit(codes, domain, RICH)
    tap.require_equal(RICH)
    real = np.bincount(codes["job"], minlength=6) / ROWS
    assert tvd(np.bincount(model.sample(ROWS, 0)["job"], minlength=6) / ROWS, real) < 0.02


def test_an_empty_table_fits_too() -> None:
    """That it is empty is private as well: the fit spends and answers as ever."""
    domain = {"job": 6}
    model, tap = _fit({"job": np.zeros(0, np.int32)}, domain, POOR)
    tap.require_equal(POOR)
    assert model.total >= 1


def test_foreign_codes_and_no_budget_are_refused_before_any_draw() -> None:
    tap, domain = NoiseTap(), {"job": 6}
    foreign, sound = (CodesCounts({"job": np.array([code], np.int32)}, domain) for code in (6, 5))
    with pytest.raises(DataError, match="outside its domain"):
        Aim().fit(foreign, Shape(domain), nano_rho=1, max_rows=1, tap=tap)
    with pytest.raises(UsageError, match="positive budget"):
        Aim().fit(sound, Shape(domain), nano_rho=0, max_rows=1, tap=tap)
    assert not tap.draws
