"""The adaptive engine end to end on small tables. Noise is real here: a statistical bound states how often it fails."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import Clique, CodesCounts
from noctule.counts.source import Groups
from noctule.engines.adaptive import Adaptive, Plan
from noctule.engines.model import Model
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.errors import LedgerError, UsageError
from noctule.mechanisms import gaussian
from noctule.mechanisms.tap import NoiseTap
from tests.noctule.engines.conftest import DOMAIN, POOR, RICH, ROWS, jobs, tvd


class OnlyCounts:
    """Counts without a way to the rows."""

    def __init__(self, inner: CodesCounts) -> None:
        self.inner, self.domain = inner, inner.domain

    def marginals(self, cliques: Iterable[Clique]) -> dict[Clique, NDArray[np.int64]]:
        return self.inner.marginals(cliques)

    def grouped(self, groups: Groups) -> "OnlyCounts":
        return OnlyCounts(self.inner.grouped(groups))  # pyright: ignore[reportArgumentType]

    def codes(self) -> Codes:
        raise AssertionError("an engine over counts must not ask for rows")


def _fit(
    codes: Codes, domain: dict[str, int], nano_rho: int, *, max_rows: int = 1, targets: tuple[str, ...] = ()
) -> tuple[Model, NoiseTap]:
    tap = NoiseTap()
    shape = Shape(domain, frozenset({"age"} & set(domain)), targets)
    counts = OnlyCounts(CodesCounts(codes, domain))
    return Adaptive().fit(counts, shape, nano_rho=nano_rho, max_rows=max_rows, tap=tap), tap


@pytest.fixture(scope="module")
def rich() -> tuple[Model, NoiseTap]:
    return _fit(jobs(), DOMAIN, RICH, targets=("sex",))


def test_the_draws_cost_exactly_the_charge(rich: tuple[Model, NoiseTap]) -> None:
    """The number of rows, an attribute each, then per round selections and as many measurements; all are kept, those of
    one table as one."""
    model, tap = rich
    tap.require_equal(RICH)
    measured = [draw.scale for draw in tap.draws if draw.mechanism == "discrete_gaussian"]
    assert [draw.mechanism for draw in tap.draws[:6]] == ["discrete_gaussian"] * 6
    assert [one.sigma for one in model.measurements[:5]] == measured[1:6]
    assert [one.fine for one in model.measurements] == [True] * 5 + [False] * (len(model.measurements) - 5)
    precision = sum(float(one.sigma) ** -2 for one in model.measurements)
    assert precision == pytest.approx(sum(sigma**-2 for sigma in measured[1:]))


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("nano_rho", [3, 30_556_611])
@pytest.mark.parametrize("targets", [(), ("c0",)])
def test_any_number_of_columns_spends_the_charge(columns: int, nano_rho: int, targets: tuple[str, ...]) -> None:
    domain = {f"c{i}": 2 + i % 3 for i in range(columns)}
    codes = {name: np.arange(60, dtype=np.int32) % size for name, size in domain.items()}
    model, tap = _fit(codes, domain, nano_rho, targets=targets)
    tap.require_equal(nano_rho)
    assert set(model.sample(10, 0)) == set(domain)


def test_a_table_without_rows_can_be_fitted() -> None:
    model, tap = _fit({name: np.zeros(0, np.int32) for name in DOMAIN}, DOMAIN, POOR)
    tap.require_equal(POOR)
    assert model.total >= 1


def test_what_depends_is_learnt_and_what_does_not_stays_apart(rich: tuple[Model, NoiseTap]) -> None:
    """20 fits gave .025, .0014 and .005 on average, with a spread of .001 at most: each bound is 10 spreads away."""
    codes, drawn = jobs(), rich[0].sample(ROWS, 1)
    for pair, bound in ((("age", "job"), 0.05), (("sex", "job"), 0.012), (("sex", "country"), 0.02)):
        sizes = [DOMAIN[name] for name in pair]
        real, synthetic = (
            np.histogram2d(t[pair[0]], t[pair[1]], bins=[range(s + 1) for s in sizes])[0] for t in (codes, drawn)
        )
        assert tvd(real / ROWS, synthetic / ROWS) < bound


def test_a_target_is_learnt_from_two_columns_together() -> None:
    """y is a xor b: no pair shows it. With the target declared, the triple is measured. At this budget the noise of a
    cell is 20 rows against 2,500: 8 standard deviations would be needed to fail."""
    rng = np.random.default_rng(7)
    codes = {name: rng.integers(0, 2, 10_000).astype(np.int32) for name in "abcd"}
    codes["y"] = codes["a"] ^ codes["b"]
    domain = dict.fromkeys(codes, 2)
    drawn = _fit(codes, domain, RICH, targets=("y",))[0].sample(10_000, 0)
    assert np.mean(drawn["y"] == drawn["a"] ^ drawn["b"]) > 0.8
    assert any(len(one.clique) == 3 for one in _fit(codes, domain, RICH, targets=("y",))[0].measurements)


def test_noise_grows_with_the_rows_a_unit_may_hold() -> None:
    one, many = (_fit(jobs(500), DOMAIN, RICH, max_rows=k)[1].draws[0] for k in (1, 5))
    assert (one.sensitivity, many.sensitivity) == (1.0, 5.0)
    assert many.scale == pytest.approx(5 * one.scale)
    assert many.rho == pytest.approx(one.rho)


def test_a_measurement_with_half_its_noise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault draws one marginal with sigma / 2: its true cost, four times the planned one, is on the tap."""
    plain, calls = gaussian.discrete_gaussian, []

    def faulty(values: NDArray[np.int64], *, scale: float, sensitivity: float, tap: NoiseTap) -> NDArray[np.int64]:
        calls.append(scale)
        return plain(values, scale=scale / 2 if len(calls) == 7 else scale, sensitivity=sensitivity, tap=tap)

    monkeypatch.setattr("noctule.engines.purse.discrete_gaussian", faulty)
    _, tap = _fit(jobs(500), DOMAIN, RICH)
    with pytest.raises(LedgerError, match="nano-rho"):
        tap.require_equal(RICH)


def test_little_budget_goes_to_the_columns_themselves() -> None:
    budgets = (1e-6, 1e-4, 1.0)
    shape = Shape({f"c{i}": 12 for i in range(10)})
    plans = [Plan.of(shape, Purse(rho, 1, NoiseTap()), 20_000.0) for rho in budgets]
    shares = [plan.one_way / rho for plan, rho in zip(plans, budgets, strict=True)]
    assert shares == sorted(shares, reverse=True) and shares[0] == 0.65 and shares[-1] == 0.2
    assert [plan.tables for plan in plans] == sorted(plan.tables for plan in plans)
    assert plans[-1].tables == 45  # all pairs


@pytest.mark.parametrize(("nano_rho", "max_rows"), [(0, 1), (5, 0)])
def test_no_budget_is_refused(nano_rho: int, max_rows: int) -> None:
    with pytest.raises(UsageError, match="positive"):
        _fit(jobs(10), DOMAIN, nano_rho, max_rows=max_rows)
