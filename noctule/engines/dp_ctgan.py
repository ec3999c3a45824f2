"""DP-CTGAN (Fang, Dhami and Kersting 2022) from smartnoise-synth, made sound (issue 3).

A generator learns to fool a discriminator, and only the discriminator sees real rows. What smartnoise-synth 1.0.8 does,
and what is done here:

- exact category frequencies, in training and sampling: they are measured first, with noise, and charged;
- an accountant of Poisson samples for batches that are none, and a stop one epoch late: the number of steps is fixed
  before the first, each costs its part of rho in zCDP, and nothing is counted for drawing rows (mechanisms/dp_sgd.py);
- noise by torch's generator: OpenDP's, on integers, through the tap; nothing else has to be secret or unpredictable;
- two charged steps a batch, one of them on generated rows: those cost nothing here, and are neither clipped nor noised;
- the number of rows as if public: it is the noisy total;
- all raw rows kept: the model is what the generator says of a fixed set of its inputs, as a mixture of products. Given
  its input, the generator draws every attribute apart, so that this is its distribution, and sampling needs no torch.

The loss is cross entropy. smartnoise-synth's Wasserstein loss bounds a critic by a penalty on the gradient between real
and generated rows; it leaves that penalty out, and its critic unbounded, so that path is not offered.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import Counts
from noctule.engines.clipped import clipped_sum
from noctule.engines.model import COMPONENT, Model, Step
from noctule.engines.oneway import measure_one_way
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.errors import UsageError
from noctule.mechanisms.dp_sgd import noisy_sum
from noctule.mechanisms.tap import NoiseTap

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

FREQUENCIES = 0.2  # of rho, for the frequencies of codes; the steps get the rest
LEAST_SHARE = 1 / 16  # of all rows, in a group of ordered codes: small networks need few codes
STEPS = 200  # of the discriminator
STEP_ROWS = 50_000  # a step sees about so many rows, each taken by a coin of its own: memory and time, not privacy
BOUND = 1.0  # L2 norm of one row's gradient
GENERATED = 512  # rows in a batch from the generator
GENERATOR_STEPS = 3  # for each step of the discriminator; they see no row
KEPT = 40  # inputs of the generator that the model keeps, after each step of the second half


class DpCtgan:
    name = "dp-ctgan"
    remembers = False

    def fit(self, counts: Counts, shape: Shape, *, nano_rho: int, max_rows: int, tap: NoiseTap) -> Model:
        """A mixture of products for exactly `nano_rho`. It holds all rows in memory."""
        log.warning("dp-ctgan: on tables, engines that measure marginals (adaptive, aim, mst) usually do far better")
        purse = Purse(nano_rho / 1e9, max_rows, tap)
        first = measure_one_way(counts, shape, purse, FREQUENCIES * purse.rho, floor=0.0, least_share=LEAST_SHARE)
        frequencies = {name: rows / rows.sum() for name, rows in first.coarse.items()}
        coarse = counts.grouped(first.groups)
        synthesizer = _synthesizer()(purse, frequencies, first.total)
        synthesizer.learn(coarse.codes())
        tables = {name: raked(table, frequencies[name]) for name, table in synthesizer.components().items()}
        components = len(next(iter(tables.values())))
        root = Step(COMPONENT, (), np.full(components, 1 / components))
        return Model(
            dict(shape.domain),
            first.total,
            (root, *(Step(name, (COMPONENT,), table) for name, table in tables.items())),
            first.groupings,
            latent={COMPONENT: components},
            measurements=first.measurements,
        )


@cache
def _synthesizer() -> Any:
    import torch
    from snsynth.pytorch.nn.dpctgan import DPCTGAN, Discriminator
    from snsynth.pytorch.nn.dpctgan import Generator as Network

    class SoundDpCtgan(DPCTGAN):
        """smartnoise-synth's DPCTGAN with its networks, conditions and activations; training and output are ours.

        `frequencies`: noisy share of each code of each attribute; `total`: noisy number of rows.
        """

        def __init__(self, purse: Purse, frequencies: dict[str, Floats], total: float) -> None:
            super().__init__(  # its epsilon, delta and sigma are unused: the budget is rho, in the purse
                embedding_dim=32,
                generator_dim=(64, 64),
                discriminator_dim=(24, 16),
                generator_lr=1e-3,
                discriminator_lr=2e-3,
                batch_size=GENERATED,
                verbose=False,
            )
            self.purse, self.frequencies, self.total = purse, frequencies, total
            sizes = [share.size for share in frequencies.values()]
            self.width, self.starts = sum(sizes), np.cumsum([0, *sizes[:-1]])
            columns = [SimpleNamespace(is_categorical=True, is_continuous=False, output_width=size) for size in sizes]
            self._transformer = SimpleNamespace(transformers=columns)
            self.kept: list[list[Floats]] = []
            self.rng = np.random.default_rng()  # of what is generated, and of which rows are seen: nothing private

        def train(self, *_: Any, **__: Any) -> Any:
            raise UsageError(
                "smartnoise-synth's training of DP-CTGAN is not private", fix="fit the engine dp-ctgan, or use adaptive"
            )

        def generate(self, *_: Any, **__: Any) -> Any:
            raise UsageError("smartnoise-synth's sampling reads exact frequencies", fix="sample the fitted model")

        def learn(self, codes: Codes) -> None:
            """All steps, for all that is left in the purse. `codes`: attribute -> (rows,) coarse codes."""
            with torch.random.fork_rng(), _one_thread():
                self._generator = Network(self._embedding_dim + self.width, self._generator_dim, self.width)
                self._generator.to(self._device)
                self.discriminator = Discriminator(2 * self.width, self._discriminator_dim, self.loss)
                self.discriminator.double().to(self._device)
                torch.seed()  # smartnoise-synth's Discriminator has just set the seed to 0
                self._descend(np.column_stack([codes[name] for name in self.frequencies]) + self.starts)

        def _descend(self, places: NDArray[Any]) -> None:
            betas = (0.5, 0.9)
            judge = torch.optim.Adam(self.discriminator.parameters(), lr=self._discriminator_lr, betas=betas)
            maker = torch.optim.Adam(self._generator.parameters(), lr=self._generator_lr, betas=betas)
            part = min(1.0, STEP_ROWS / self.total)
            for step in range(STEPS):
                seen = places if part == 1 else places[self.rng.random(len(places)) < part]
                rho = self.purse.left / (STEPS - step)  # the last step ends the budget exactly
                self._judge_step(judge, self._real_gradient(seen, rho) / (part * self.total))
                for _ in range(GENERATOR_STEPS):
                    self._maker_step(maker)
                if step >= STEPS // 2:
                    self.kept.append(self._distributions(KEPT))
                if (step + 1) % (STEPS // 10) == 0:
                    log.info("step %d of %d", step + 1, STEPS)

        def _real_gradient(self, places: NDArray[Any], rho: float) -> Floats:
            """The noisy sum of clipped gradients on real rows: the only line of training that costs anything."""
            self.purse.spend(rho)
            condition = places[np.arange(len(places)), self.rng.integers(0, places.shape[1], len(places))]
            exact = np.zeros(sum(p.numel() for p in self.discriminator.parameters()))
            for start in range(0, len(places), 8192):
                piece = slice(start, start + 8192)
                rows = self._rows(places[piece], condition[piece])
                exact += clipped_sum(self.discriminator.seq, rows, _cross_entropy(1.0), BOUND)
            return noisy_sum(
                exact, rows=len(places), bound=BOUND, max_rows=self.purse.max_rows, rho=rho, tap=self.purse.tap
            )

        def _rows(self, places: NDArray[Any], condition: NDArray[Any]) -> Any:
            """A real row as the discriminator sees it: ones at its codes, and at one of them again, its condition."""
            rows = torch.zeros(len(places), 2 * self.width, dtype=torch.float64, device=self._device)
            both = np.column_stack([places, self.width + condition])
            return rows.scatter_(1, torch.from_numpy(both).to(self._device), 1.0)

        def _judge_step(self, judge: Any, real: Floats) -> None:
            judge.zero_grad()
            made, condition, _ = self._made(GENERATED)
            rows = torch.cat([self._apply_activate(made), condition], dim=1).detach().double()
            _cross_entropy(0.0)(self.discriminator(rows)).mean().backward()
            place = 0
            for parameter in self.discriminator.parameters():
                piece = real[place : place + parameter.numel()].reshape(parameter.shape)
                assert parameter.grad is not None
                parameter.grad += torch.from_numpy(piece).to(self._device)
                place += parameter.numel()
            judge.step()

        def _maker_step(self, maker: Any) -> None:
            maker.zero_grad()
            made, condition, mask = self._made(GENERATED)
            rows = torch.cat([self._apply_activate(made), condition], dim=1).double()
            fooled = _cross_entropy(1.0)(self.discriminator(rows)).mean()
            (fooled + self._cond_loss(made, condition, mask)).backward()
            maker.step()

        def _made(self, rows: int) -> tuple[Any, Any, Any]:
            """Logits of generated rows; their conditions, a code of one attribute each; which attribute that is."""
            condition, mask = np.zeros((rows, self.width), np.float32), np.zeros((rows, len(self.starts)), np.float32)
            chosen = self.rng.integers(0, len(self.starts), rows)
            for column, share in enumerate(self.frequencies.values()):
                mine = np.flatnonzero(chosen == column)
                condition[mine, self.starts[column] + self.rng.choice(share.size, mine.size, p=share)] = 1
            mask[np.arange(rows), chosen] = 1
            given = torch.from_numpy(condition).to(self._device)
            noise = torch.randn(rows, self._embedding_dim, device=self._device)
            return self._generator(torch.cat([noise, given], dim=1)), given, torch.from_numpy(mask).to(self._device)

        def _distributions(self, n: int) -> list[Floats]:
            """Each attribute's distribution, (n, codes), for `n` inputs of the generator as it stands."""
            self._generator.eval()
            with torch.no_grad():
                logits = self._made(n)[0].double().cpu()
            self._generator.train()
            pieces = torch.split(logits, [share.size for share in self.frequencies.values()], dim=1)
            return [piece.softmax(1).numpy() for piece in pieces]

        def components(self) -> dict[str, Floats]:
            """Each attribute's distribution, (components, codes), over the second half of training: a mean of many
            generators varies less with the noise than the last one."""
            tables = [np.concatenate(pieces) for pieces in zip(*self.kept, strict=True)]
            return dict(zip(self.frequencies, tables, strict=True))

    return SoundDpCtgan


@contextmanager
def _one_thread() -> Generator[None]:
    """Networks this small spend their time waiting for each other's threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _cross_entropy(label: float) -> Any:
    """Loss of each row for the discriminator's outputs, probabilities that a row is real, (rows, 1)."""
    import torch

    def loss(outputs: Any) -> Any:
        flat = outputs.squeeze(1)
        return torch.nn.functional.binary_cross_entropy(flat, torch.full_like(flat, label), reduction="none")

    return loss


def raked(table: Floats, share: Floats) -> Floats:
    """Distributions (n, codes), near those given, whose mean is `share`, as far as it can be: proportional fitting.

    The frequencies were paid for; a generator learns them only roughly.
    """
    table = table + 1e-9  # a softmax may have come to zero
    for _ in range(100):
        table = table * (share / np.maximum(table.mean(axis=0), 1e-12))
        table = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-300)
    return table
