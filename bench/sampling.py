"""What sampling costs: rows a CPU second from a model to codes, and to Parquet on disk, and the peak memory.

15 columns, those of UCI Adult (examples/adult.yaml: 5 numbers, 9 categories, one derived), random tables, numbers and
countries merged into groups. Each figure comes from a fresh process; CPU seconds, of all threads.

    python -m bench.sampling                       # 1M and 10M rows
    python -m bench.sampling --rows 100000000 --models mixture --to parquet --workers 1
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from noctule.codes import Codec
from noctule.contract.load import load
from noctule.engines.bundle import Bundle
from noctule.engines.model import COMPONENT, Grouping, Model, Step
from noctule.release import stage as staging

CONTRACT = Path(__file__).parents[1] / "examples" / "adult.yaml"
COMPONENTS = 200
MERGED = 16  # an attribute of more codes has half as many groups


def model(shape: str) -> tuple[Codec, Model]:
    """A random tree of pairs, or a mixture of products, over the contract's domain."""
    rng = np.random.default_rng(0)
    codec = Codec(load(CONTRACT))
    groupings = {name: _grouping(size, rng) for name, size in codec.domain.items()}
    names = list(codec.domain)
    parent = {name: names[(at - 1) // 2] for at, name in enumerate(names) if at}
    sizes = {name: grouping.size for name, grouping in groupings.items()} | {COMPONENT: COMPONENTS}
    if shape == "mixture":
        parent = dict.fromkeys(names, COMPONENT)
        names = [COMPONENT, *names]
    steps = [Step(names[0], (), rng.dirichlet(np.ones(sizes[names[0]])))]
    steps += [
        Step(name, (parent[name],), rng.dirichlet(np.full(sizes[name], 0.3), sizes[parent[name]])) for name in names[1:]
    ]
    latent = {COMPONENT: COMPONENTS} if shape == "mixture" else {}
    return codec, Model(codec.domain, 1e6, tuple(steps), groupings, latent)


def _grouping(size: int, rng: np.random.Generator) -> Grouping:
    if size <= MERGED:
        return Grouping.identity(size)
    group = (np.arange(size, dtype=np.int32) // 2).astype(np.int32)
    weight = rng.random(size) + 0.1
    return Grouping(group, weight / np.bincount(group, weights=weight)[group])


def measure(shape: str, rows: int, to: str, workers: int) -> tuple[float, float, float]:
    """CPU seconds, wall seconds, and peak resident memory in MB of this process."""
    codec, fitted = model(shape)
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        if to == "codes":
            for _ in fitted.blocks(rows, 1, workers):
                pass
        else:
            staging.cores = lambda: workers
            staging.stage(Bundle(codec.contract, fitted, {}), rows, 1, Path(folder))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--models", nargs="+", default=["tree", "mixture"])
    parser.add_argument("--to", nargs="+", default=["codes", "parquet"])
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    print(f"{'model':8} {'to':8} {'rows':>12} {'CPU s':>8} {'wall s':>8} {'rows/CPU s':>12} {'peak MB':>8}")
    fresh = multiprocessing.get_context("spawn")
    for shape in asked.models:
        for rows in asked.rows:
            for to in asked.to:
                with fresh.Pool(1) as one:
                    cpu, wall, peak = one.apply(measure, (shape, rows, to, asked.workers))
                print(f"{shape:8} {to:8} {rows:12,} {cpu:8.2f} {wall:8.1f} {rows / cpu:12,.0f} {peak:8.0f}", flush=True)


if __name__ == "__main__":
    main()
