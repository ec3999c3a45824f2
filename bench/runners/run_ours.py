"""Noctule as a library: contract -> codes -> counts -> engine -> sample -> decoded rows."""

from pathlib import Path

from clock import JOB, report, stage

with stage("import"):
    import numpy as np
    import pyarrow as pa
    from closed_form import ClosedForm

    from noctule.codes import Codec
    from noctule.contract.arrow import release_schema, source_schema
    from noctule.contract.load import load
    from noctule.counts import CodesCounts
    from noctule.engines.registry import engine
    from noctule.engines.shape import Shape
    from noctule.ingest.delimited import read_csv
    from noctule.ingest.source import Promise
    from noctule.mechanisms.accounting import rho_of
    from noctule.mechanisms.tap import NoiseTap
    from noctule.release.write import write_csv

contract = load(Path(JOB["contract"]))
with stage("read"):
    schema = source_schema(contract)
    rows = pa.Table.from_batches(read_csv(Path(JOB["train"]), contract.source, schema, Promise(None, None)), schema)
with stage("fit"):  # a lazy import of the engine's own libraries counts as fitting
    codec, tap = Codec(contract), NoiseTap()
    nano_rho = rho_of(JOB["epsilon"], JOB["delta"])
    name = JOB["options"]["engine"]
    model = (ClosedForm() if name == ClosedForm.name else engine(name)).fit(
        CodesCounts(codec.encode(rows), codec.domain),
        Shape.of(codec),
        nano_rho=nano_rho,
        max_rows=contract.unit.max_rows,
        tap=tap,
    )
    tap.require_equal(nano_rho)
with stage("sample"):
    synthetic = codec.decode(model.sample(JOB["rows"], JOB["seed"]), np.random.default_rng(JOB["seed"]))
with stage("write"):
    write_csv([synthetic], release_schema(contract), Path(JOB["out"]))
report(draws=len(tap.draws))
