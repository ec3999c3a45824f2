"""The sum of clipped gradients of a small network, row by row exact, without holding a gradient for each row."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def clipped_sum(layers: Any, rows: Any, loss: Any, bound: float) -> NDArray[np.float64]:
    """The sum over rows of each row's gradient, scaled down to L2 norm `bound` over all parameters together.

    `layers`: a torch Sequential in double precision whose only parameters are those of its Linear layers, and which
    treats rows apart (no batch norm); `rows`: (n, width); `loss`: outputs (n, 1) -> losses (n,). The result is flat, in
    the order of `layers.parameters()`.

    A Linear layer with input a and output gradient g has the gradient g a' for its weight and g for its bias, so its
    squared norm is |g|^2 (|a|^2 + 1) (Goodfellow 2015, arXiv 1510.01799), and the weighted sum is one matrix product.
    """
    import torch

    inputs: list[Any] = []
    outputs: list[Any] = []
    value = rows
    for layer in layers:
        if isinstance(layer, torch.nn.Linear):
            inputs.append(value.detach())
            value = layer(value)
            outputs.append(value)
        else:
            value = layer(value)
    slopes = torch.autograd.grad(loss(value).sum(), outputs)
    squares = [g.square().sum(1) * (a.square().sum(1) + 1) for a, g in zip(inputs, slopes, strict=True)]
    norm = torch.stack(squares).sum(0).sqrt()
    part = torch.clamp(bound / norm.clamp(min=1e-300), max=1.0).unsqueeze(1)
    flat = [
        piece for a, g in zip(inputs, slopes, strict=True) for piece in (((part * g).T @ a).ravel(), (part * g).sum(0))
    ]
    return torch.cat(flat).cpu().numpy()
