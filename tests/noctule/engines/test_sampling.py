"""Outcomes come as often as the table says, in any order inside a state, whatever the width of the sort keys."""

import numpy as np
import pytest

from noctule.codes.strata import layout
from noctule.engines import sampling
from noctule.engines.sampling import draw


@pytest.fixture(params=[0.0, np.inf], ids=["64 bits", "32 bits"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "TIED", request.param)


@pytest.mark.usefixtures("width")
@pytest.mark.parametrize(("states", "outcomes"), [(1, 1), (1, 7), (5, 1), (5, 2), (300, 9)])
def test_every_state_gets_its_outcomes_rounded_up_or_down(states: int, outcomes: int) -> None:
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.ones(outcomes), states)
    state = rng.integers(0, states, 999).astype(np.int32) // 2 * 2  # odd states are met by no row
    out = np.full(999, -1, np.int32)
    draw(table, state, layout(state, states), rng, out)
    counts = np.zeros((states, outcomes))
    np.add.at(counts, (state, out), 1)
    assert np.abs(counts - counts.sum(axis=1, keepdims=True) * table).max() < 1


@pytest.mark.usefixtures("width")
def test_every_order_is_as_likely() -> None:
    """6 arrangements of 2 and 2, 12,000 times: each within 6 standard deviations (41) of 2000; fails 1e-8 a run."""
    rng = np.random.default_rng(2)
    state, table, out = np.array([1, 0, 1, 1, 0, 1], np.int32), np.full((2, 2), 0.5), np.empty(6, np.int32)
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(12_000):
        draw(table, state, layout(state, 2), rng, out)
        arrangement = tuple(out[state == 1].tolist())
        seen[arrangement] = seen.get(arrangement, 0) + 1
    assert len(seen) == 6 and max(abs(count - 2000) for count in seen.values()) < 6 * 41
