"""SDV's GaussianCopula: no privacy at all, the reference of what a common non-private synthesizer reaches."""

import warnings

from clock import JOB, report, stage
from frame import read, write

warnings.filterwarnings("ignore")
with stage("import"):
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

columns = JOB["columns"]
with stage("read"):
    rows = read(JOB["train"], columns)
kinds = {c["name"]: {"sdtype": "categorical" if c["kind"] == "category" else "numerical"} for c in columns}
with stage("fit"):
    synthesizer = GaussianCopulaSynthesizer(Metadata.load_from_dict({"tables": {"table": {"columns": kinds}}}))
    synthesizer.fit({"table": rows})
with stage("sample"):
    synthetic = synthesizer.sample(JOB["rows"])
with stage("write"):
    write(synthetic["table"] if isinstance(synthetic, dict) else synthetic, columns, JOB["out"])
report()
