"""smartnoise-synth as shipped: a pandas frame in, its own transformers, its own sampler.

Numbers get its BinTransformer with the public bounds and the contract's number of bins, so no budget goes to bounds.
Categories get its LabelTransformer, which reads the list off the private rows: it takes no list. Seeded through
numpy's global generator, which its selection and its sampler use.
"""

import contextlib
import io

from clock import JOB, report, stage
from frame import read, write

with stage("import"):
    import numpy as np
    from snsynth import Synthesizer
    from snsynth.transform import BinTransformer, LabelTransformer

columns = JOB["columns"]
with stage("read"):
    rows = read(JOB["train"], columns)
np.random.seed(JOB["seed"])
with stage("fit"), contextlib.redirect_stdout(io.StringIO()):
    transformers = {
        column["name"]: LabelTransformer(nullable=False)
        if column["kind"] == "category"
        else BinTransformer(
            bins=column["bins"], lower=float(column["low"]), upper=float(column["high"]), nullable=bool(column["gaps"])
        )
        for column in columns
    }
    synthesizer = Synthesizer.create(JOB["options"]["synthesizer"], epsilon=JOB["epsilon"], delta=JOB["delta"])
    synthesizer.fit(rows, transformer=transformers)
with stage("sample"):
    synthetic = synthesizer.sample(JOB["rows"])
with stage("write"):
    write(synthetic, columns, JOB["out"])
report()
