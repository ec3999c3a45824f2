"""How often the error bars of a release hold, and how wide: `python -m bench.bands [TABLES [EPSILONS [SEEDS]]]`.

Fits each table at each epsilon (delta 1e-5) SEEDS times with the adaptive engine, and holds the bands of every table
measured (`noctule.evaluation.bands`) against the rows. Figures of one fit are one line of work/bands.jsonl below
BENCH_WORK (else bench/results/tables, where `make bench` keeps its tables); what is there already is not run again.

    python -m bench.bands survey,adult,nist 0.3,1,3 50
"""

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.inputs import Input, find
from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.contract.load import load
from noctule.counts import CodesCounts
from noctule.engines.adaptive import Adaptive
from noctule.engines.model import Model
from noctule.engines.shape import Shape
from noctule.evaluation.bands import Band, bands
from noctule.home import Home
from noctule.ingest.ingest import ingest
from noctule.ingest.reads import opened
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap

DELTA = 1e-5
WORK = Path(os.environ.get("BENCH_WORK", Path(__file__).with_name("results") / "tables"))
HEAD = [
    "table",
    "epsilon",
    "fits",
    "of",
    "bands",
    "in count band",
    "all counts",
    "under TVD bound",
    "bound/TVD",
    "about/TVD",
]
KINDS = {1: "columns", 2: "pairs", 3: "threes"}


def main() -> None:
    tables, epsilons, seeds = (*sys.argv[1:], *("survey,adult,nist", "0.3,1,3", "50")[len(sys.argv) - 1 :])
    WORK.mkdir(parents=True, exist_ok=True)
    results = WORK / "bands.jsonl"
    done = {(one["table"], one["epsilon"], one["seed"]) for one in _lines(results)}
    for name in tables.split(","):
        given = find(name, WORK)
        shape, codes = rows(given)
        for epsilon in map(float, epsilons.split(",")):
            for seed in range(int(seeds)):
                if (name, epsilon, seed) not in done:
                    line = {"table": name, "epsilon": epsilon, "seed": seed, **one_fit(shape, codes, epsilon, seed)}
                    with results.open("a") as file:
                        file.write(json.dumps(line) + "\n")
    report(_lines(results))


def rows(given: Input) -> tuple[Shape, Codes]:
    """The table as codes, read as a night would read it."""
    words = load(given.contract).model_dump(by_alias=True)
    words["source"]["path"] = given.train.name
    contract = Contract.model_validate(words)
    codec = Codec(contract)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        snapshot = ingest(contract, home, given.train.resolve().parent)
        found = opened(snapshot, home, "evaluation", columns=[column.name for column in contract.modelled])
        return Shape.of(codec), codec.encode(found.table())


def one_fit(shape: Shape, codes: Codes, epsilon: float, seed: int) -> dict[str, Any]:
    """`seed` is that of the sample: noise has none."""
    real = CodesCounts(codes, shape.domain)
    begun = time.process_time()
    model = Adaptive().fit(real, shape, nano_rho=rho_of(epsilon, DELTA), max_rows=1, tap=NoiseTap())
    sample = CodesCounts(model.sample(max(1, round(model.total)), seed), shape.domain)
    fitted = time.process_time()
    found = bands(model, sample)
    return {
        "fit_cpu": round(fitted - begun, 2),
        "bands_cpu": round(time.process_time() - fitted, 2),
        "bands": [_held(band, *_tables(band, model, real, sample)) for band in found if band.counts.size > 1],
    }


def _tables(band: Band, model: Model, *sides: CodesCounts) -> Iterator[NDArray[np.int64]]:
    groups = {name: grouping.group for name, grouping in model.groupings.items()}
    for side in sides:
        yield (side if band.fine else side.grouped(groups)).marginals([band.clique])[band.clique]


def _held(band: Band, rows: NDArray[np.int64], released: NDArray[np.int64]) -> list[Any]:
    """[attributes, cells, cells inside their band, all inside the joint band, TVD, its estimate, its bound]."""
    inside = int(((band.low <= rows) & (rows <= band.high)).sum())
    together = bool((np.abs(rows - band.counts) <= band.error_all).all())
    tvd = float(np.abs(rows / rows.sum() - released / released.sum()).sum() / 2)
    return [len(band.clique), band.counts.size, inside, together, tvd, band.tvd, band.tvd_bound]


def report(lines: list[dict[str, Any]]) -> None:
    """Coverage of each band, and the mean bound and estimate over the mean TVD: each 1 would be exact."""
    kinds: dict[tuple[str, float, str], list[list[Any]]] = defaultdict(list)
    fits: dict[tuple[str, float, str], int] = defaultdict(int)
    for line in lines:
        for ways, kind in KINDS.items():
            key = line["table"], line["epsilon"], kind
            kinds[key] += [band for band in line["bands"] if band[0] == ways]
            fits[key] += 1
    print(
        "| table | epsilon | fits | of | bands | count in band | all counts | TVD under bound | bound/TVD | about/TVD |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (name, epsilon, kind), held in sorted(kinds.items()):
        if held:
            _, cells, inside, together, tvd, about, bound = np.array(held, dtype=np.float64).T
            shares = inside.sum() / cells.sum(), together.mean(), (tvd <= bound).mean()
            ratios = bound.mean() / tvd.mean(), about.mean() / tvd.mean()
            figures = [*(f"{share:.1%}" for share in shares), *(f"{ratio:.2f}" for ratio in ratios)]
            print(
                "|",
                " | ".join([name, f"{epsilon:g}", str(fits[name, epsilon, kind]), kind, str(len(held)), *figures]),
                "|",
            )
    for name in dict.fromkeys(line["table"] for line in lines):
        cpu = [line["bands_cpu"] for line in lines if line["table"] == name]
        print(f"{name}: bands take {np.median(cpu):.2f} CPU s, median")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    main()
