"""Clipped gradients against torch's own, row by row."""

import numpy as np
import pytest

from noctule.engines.clipped import clipped_sum


@pytest.mark.parametrize("bound", [0.01, 1.2, 100.0])
def test_it_is_the_sum_of_each_rows_gradient_clipped_over_all_parameters(bound: float) -> None:
    import torch

    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        torch.nn.Linear(5, 4), torch.nn.LeakyReLU(0.2), torch.nn.Linear(4, 3), torch.nn.Linear(3, 1), torch.nn.Sigmoid()
    ).double()
    rows = torch.randn(40, 5, dtype=torch.float64) * 4

    def loss(outputs: torch.Tensor) -> torch.Tensor:
        return -torch.log(outputs.squeeze(1))

    expected, norms = np.zeros(sum(p.numel() for p in layers.parameters())), []
    for row in rows:
        layers.zero_grad()
        loss(layers(row[None])).sum().backward()
        gradient = np.concatenate([p.grad.numpy().ravel() for p in layers.parameters()])
        norms.append(np.linalg.norm(gradient))
        expected += gradient * min(1.0, bound / norms[-1])
    assert (min(norms) < bound) or bound == 0.01  # the middle bound clips some rows and not others
    assert clipped_sum(layers, rows, loss, bound) == pytest.approx(expected, abs=1e-9)


def test_one_row_has_at_most_the_bound() -> None:
    import torch

    layers = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Sigmoid()).double()
    row = torch.full((1, 3), 1e6, dtype=torch.float64)
    gradient = clipped_sum(layers, row, lambda outputs: outputs.squeeze(1) * 1e9, 1.0)
    assert np.linalg.norm(gradient) <= 1 + 1e-12
