"""What the attacks see in three releases of Adult: `python -m bench.attacks [EPSILON]`.

A model is fitted to one half of the rows; the other half is the control, or there is none. The releases: our MST's
sample; a bootstrap of the fitted rows with 1 % of its cells redrawn; the sample with 120 rows replaced by the fitted
rows that are farthest from all others, to the letter. Real rows of neither half are held against it: a release that
is faithful and remembers nobody.
"""

import sys
import time

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from bench.bands import DELTA, WORK
from bench.inputs import find
from noctule.attacks.attacks import attacks
from noctule.attacks.nearest import nearest
from noctule.attacks.result import Attack
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.contract.load import load
from noctule.counts import CodesCounts
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.evaluation.records import records
from noctule.ingest.delimited import read_csv
from noctule.ingest.source import Promise
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap

COPIED = 120
REDRAWN = 0.01


def main() -> None:
    epsilon = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    contract, train, test = _adult()
    rng = np.random.default_rng(0)
    real, control = (train.take(half) for half in np.split(rng.permutation(train.num_rows), 2))
    sample = fitted(real, contract, epsilon)
    releases = {
        f"mst, epsilon {epsilon:g}": sample,
        "bootstrap, 1 % redrawn": bootstrap(real, rng),
        f"mst and {COPIED} copies": with_copies(sample, real, contract),
        "fresh real rows": test,
    }
    for title, against in (("12,000 held-out rows as control", control), ("no held-out rows", None)):
        begun = time.process_time()
        found = {name: attacks(real, against, release, contract) for name, release in releases.items()}
        show(title, found)
        print(f"{(time.process_time() - begun) / len(found):.1f} CPU s a release", flush=True)


def fitted(real: pa.Table, contract: Contract, epsilon: float) -> pa.Table:
    """As many rows as `real` has, drawn from MST fitted to it."""
    codec, tap = Codec(contract), NoiseTap()
    counts = CodesCounts(codec.encode(real), codec.domain)
    nano_rho = rho_of(epsilon, DELTA)
    model = engine("mst").fit(counts, Shape.of(codec), nano_rho=nano_rho, max_rows=1, tap=tap)
    tap.require_equal(nano_rho)
    drawn = codec.decode(model.sample(real.num_rows, 0), np.random.default_rng(0))
    return drawn.select(real.column_names).cast(real.schema)


def bootstrap(real: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Rows drawn with replacement; of each column 1 % of the cells are drawn anew from the whole column."""
    rows = rng.integers(real.num_rows, size=real.num_rows)
    columns = []
    for column in real.columns:
        redrawn = rng.random(real.num_rows) < REDRAWN
        columns.append(column.take(np.where(redrawn, rng.permutation(rows), rows)))
    return pa.table(columns, schema=real.schema)


def with_copies(sample: pa.Table, real: pa.Table, contract: Contract) -> pa.Table:
    """`sample`, whose last rows are the most isolated rows of `real`."""
    rows = records(real, contract)
    alone, _ = nearest(rows, rows, own=np.arange(rows.rows))
    return pa.concat_tables([sample.slice(0, sample.num_rows - COPIED), real.take(np.argsort(-alone)[:COPIED])])


def show(title: str, found: dict[str, list[Attack]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("attack", *found):
        table.add_column(column)
    for attacked in zip(*found.values(), strict=True):
        table.add_row(attacked[0].name, *(_cell(one) for one in attacked))
    Console(width=150).print(table)


def _cell(one: Attack) -> str:
    if one.rate is None or one.control is None:
        return one.verdict
    return f"{one.rate:.2%} / {one.control:.2%} [{one.low:+.2%}, {one.high:+.2%}] {one.verdict}"


def _adult() -> tuple[Contract, pa.Table, pa.Table]:
    given = find("adult", WORK)
    contract = load(given.contract)
    schema = source_schema(contract)
    train, test = (
        pa.Table.from_batches(read_csv(path, contract.source, schema, Promise(None, None)), schema)
        for path in (given.train, given.test)
    )
    return contract, train, test


if __name__ == "__main__":
    main()
