"""What clipping costs: the parts of the error, the price of noise set for one row, and the picture."""

from pathlib import Path

import pytest

from bench.clipping import EPSILON, measure, needed, person_epsilon
from bench.clipping_plot import plot


def test_the_parts_of_the_error(tmp_path: Path) -> None:
    """Bias falls with k to nothing; a fit against the whole table is off by no more than both parts together."""
    found = measure(300, seeds=1, kept=(1, 3, 40), epsilons=(EPSILON,))
    assert [one.max_rows for one in found] == [1, 3, 40]
    assert found[0].rows == 300 and found[-1].share == 1 and found[-1].bias == (0, 0)
    assert found[0].bias[1] > found[1].bias[1] > 0.1
    for one in found:
        fit = one.fits[EPSILON]
        for noise, bias, both in zip(fit.noise, one.bias, fit.both, strict=True):
            assert abs(noise - bias) - 1e-9 <= both <= noise + bias + 1e-9
    assert found[-1].fits[EPSILON].sigma > 10 * found[0].fits[EPSILON].sigma
    plot({300: found}, EPSILON, tmp_path / "error.png")
    assert (tmp_path / "error.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("max_rows", "epsilon"), [(1, 1.0), (2, 2.11), (3, 3.29), (5, 5.84), (10, 13.2), (40, 83.6)])
def test_noise_for_one_row_protects_a_person_of_many_so_much(max_rows: int, epsilon: float) -> None:
    assert person_epsilon(max_rows) == pytest.approx(epsilon, rel=5e-3)


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ({0.3: 0.4, 1.0: 0.2, 3.0: 0.1}, "3"),
        ({1.0: 0.4, 16.0: 0.025}, "4"),
        ({1.0: 0.4, 3.0: 0.2}, "> 3"),
        ({1.0: 0.1, 2.0: 0.12}, "1"),
    ],
)
def test_the_epsilon_needed_lies_between_those_tried(errors: dict[float, float], said: str) -> None:
    assert needed(errors, 0.1) == said
