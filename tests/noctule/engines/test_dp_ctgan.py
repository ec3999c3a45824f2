"""DP-CTGAN end to end on tiny tables, with few steps. Noise is real here."""

import logging
from pathlib import Path

import numpy as np
import pytest

from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.engines import bundle as bundles
from noctule.engines import dp_ctgan
from noctule.engines.bundle import Bundle
from noctule.engines.dp_ctgan import DpCtgan, raked
from noctule.engines.model import Model
from noctule.engines.shape import Shape
from noctule.errors import DataError, UsageError
from noctule.mechanisms.tap import NoiseTap
from tests.noctule.engines.conftest import tvd

ROWS = 617
DOMAIN = {"age": 40, "job": 4, "constant": 1}
RICH, POOR = 4_000_000_000, 20_000


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dp_ctgan, "STEPS", 10)
    monkeypatch.setattr(dp_ctgan, "KEPT", 20)


def _table(rows: int = ROWS) -> Codes:
    rng = np.random.default_rng(5)
    job = rng.integers(0, 4, rows)
    age = np.clip(rng.normal(10 * job, 4), 0, 39)
    return {name: column.astype(np.int32) for name, column in (("age", age), ("job", job), ("constant", 0 * job))}


def _fit(codes: Codes, nano_rho: int, max_rows: int = 1) -> tuple[Model, NoiseTap]:
    tap = NoiseTap()
    shape = Shape(DOMAIN, ordered=frozenset({"age"}))
    return DpCtgan().fit(CodesCounts(codes, DOMAIN), shape, nano_rho=nano_rho, max_rows=max_rows, tap=tap), tap


def test_frequencies_and_steps_cost_exactly_the_charge(caplog: pytest.LogCaptureFixture) -> None:
    """And the frequencies that were paid for are those of a sample: .02 is 10 standard deviations at this budget."""
    with caplog.at_level(logging.WARNING):
        model, tap = _fit(_table(), RICH)
    assert "usually do far better" in caplog.text
    tap.require_equal(RICH)
    assert [draw.mechanism for draw in tap.draws] == ["discrete_gaussian"] * (3 + 10)
    assert abs(model.total - ROWS) < 8 * tap.draws[0].scale
    jobs = np.bincount(model.sample(50_000, 0)["job"], minlength=4) / 50_000
    assert tvd(jobs, np.bincount(_table()["job"], minlength=4) / ROWS) < 0.02
    assert list(model.sample(1, 0)) == list(DOMAIN)


@pytest.mark.parametrize("rows", [0, 40])
def test_little_budget_many_rows_a_unit(rows: int) -> None:
    """An empty table spends and answers as any other."""
    model, tap = _fit(_table(rows), POOR, max_rows=3)
    tap.require_equal(POOR)
    assert all(draw.sensitivity >= 3.0 for draw in tap.draws)
    assert len(model.sample(100, 0)["age"]) == 100


def test_a_large_table_is_seen_in_parts_at_the_same_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted for drawing rows: the noise of a step is the same whatever the part."""
    whole = _fit(_table(), RICH)[1]
    monkeypatch.setattr(dp_ctgan, "STEP_ROWS", 100)
    part = _fit(_table(), RICH)[1]
    part.require_equal(RICH)
    ratio = [a.scale / a.sensitivity for a in whole.draws[3:]], [b.scale / b.sensitivity for b in part.draws[3:]]
    assert ratio[0] == pytest.approx(ratio[1])


def test_the_bundle_holds_no_row(tmp_path: Path, bundle: Bundle, make_contract: object) -> None:
    """No array is as long as the table, in bytes or cells, and two rows that stand alone leave no trace of their pair.

    Every array has the shape of the public domain and of the components kept; all numbers in it come after noise.
    """
    model, _ = _fit(_table(), RICH)
    bundles.write(Bundle(bundle.contract, model, {}), tmp_path / "model")
    assert sorted(file.name for file in (tmp_path / "model").iterdir()) == ["arrays.npz", "bundle.json"]
    with np.load(tmp_path / "model" / "arrays.npz", allow_pickle=False) as arrays:
        public = {100, *DOMAIN.values(), *(grouping.size for grouping in model.groupings.values())}
        assert all(set(array.shape) <= public for array in arrays.values())
    back = bundles.read(tmp_path / "model").model
    assert all((back.sample(50, 3)[name] == model.sample(50, 3)[name]).all() for name in DOMAIN)


def test_the_ways_around_the_accounting_are_closed() -> None:
    synthesizer = dp_ctgan._synthesizer()(None, {"a": np.array([0.5, 0.5])}, 10.0)
    for way in ("train", "fit", "generate", "sample"):
        with pytest.raises(UsageError):
            getattr(synthesizer, way)(np.zeros((3, 1)))


def test_foreign_codes_and_no_budget_are_refused_before_any_draw() -> None:
    tap = NoiseTap()
    foreign = CodesCounts({name: np.full(3, 77, np.int32) for name in DOMAIN}, DOMAIN)
    with pytest.raises(DataError, match="outside its domain"):
        DpCtgan().fit(foreign, Shape(DOMAIN), nano_rho=10**6, max_rows=1, tap=tap)
    with pytest.raises(UsageError, match="positive budget"):
        DpCtgan().fit(CodesCounts(_table(), DOMAIN), Shape(DOMAIN), nano_rho=0, max_rows=1, tap=tap)
    assert not tap.draws


def test_raking_meets_the_frequencies_and_keeps_distributions() -> None:
    rng = np.random.default_rng(0)
    table, share = rng.dirichlet(np.full(5, 0.3), 200), np.array([0.5, 0.3, 0.15, 0.05, 0.0])
    met = raked(table, share)
    assert met.mean(axis=0) == pytest.approx(share, abs=1e-3)
    assert met.sum(axis=1) == pytest.approx(np.ones(200))
