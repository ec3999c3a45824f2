"""What the evaluation of a release costs: `python -m bench.evaluation [TABLE [ENGINE]]`, on adult_1m by default.

The table is ingested, a model fitted and as many rows sampled as the table has; then a process of its own evaluates
the release, one thread, and prints CPU seconds, peak memory and the headline figures.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.bands import DELTA, WORK
from bench.inputs import find
from bench.measure import ONE_THREAD
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.contract.load import load
from noctule.counts import CodesCounts
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.evaluation.evaluate import evaluate
from noctule.home import Home
from noctule.ingest.ingest import ingest
from noctule.ingest.reads import opened
from noctule.ingest.snapshot import named
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap
from noctule.progress import progress
from noctule.release.write import write_parquet

RELEASE, SNAPSHOT = "release.parquet", "snapshot"


def main() -> None:
    if len(sys.argv) == 4:
        return measure(*sys.argv[1:])
    table, name = (*sys.argv[1:], *("adult_1m", "mst")[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        prepare(table, name, Path(folder))
        words = [sys.executable, "-m", "bench.evaluation", table, name, folder]
        subprocess.run(words, check=True, env=os.environ | ONE_THREAD)


def prepare(table: str, name: str, folder: Path) -> None:
    """A snapshot of the table, and a release of as many rows from a model of it at epsilon 1."""
    contract, home = contract_of(table), Home(folder)
    snapshot = ingest(contract, home, find(table, WORK).train.resolve().parent)
    codec, tap = Codec(contract), NoiseTap()
    rows = opened(snapshot, home, "evaluation", columns=[column.name for column in contract.modelled])
    real = CodesCounts(codec.encode(rows.table()), codec.domain)
    model = engine(name).fit(real, Shape.of(codec), nano_rho=rho_of(1.0, DELTA), max_rows=1, tap=tap)
    drawn = codec.decode(model.sample(round(model.total), 0), np.random.default_rng(0))
    schema = release_schema(contract)
    write_parquet([drawn.select(schema.names).cast(schema)], schema, folder / RELEASE, None)
    (folder / SNAPSHOT).write_text(snapshot.id)


def measure(table: str, name: str, folder: str) -> None:
    """Evaluate what `prepare` left in the folder."""
    contract, home = contract_of(table), Home(Path(folder))
    snapshot = named(home, contract.name, (home.root / SNAPSHOT).read_text())
    begun = time.process_time()
    with progress("evaluation"):
        found = evaluate(contract, snapshot, home, home.root / RELEASE, {})
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {key: value for key, value in found.internal.items() if not isinstance(value, list | dict)}
    print(json.dumps(figures, indent=1))
    print(f"{table}, {name}: {spent:.1f} CPU s, {peak:.0f} MB at the peak, libraries included")


def contract_of(table: str) -> Contract:
    given = find(table, WORK)
    words = load(given.contract).model_dump(by_alias=True)
    words["source"]["path"] = given.train.name
    return Contract.model_validate(words)


if __name__ == "__main__":
    main()
