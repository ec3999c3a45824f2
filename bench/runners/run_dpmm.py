"""dpmm's pipelines: its PrivTree binner with a tenth of epsilon, as by its default at epsilon 1, then its model.

Bounds and categories are given to it as its `domain`. One job, so that CPU seconds are its own.
"""

from clock import JOB, report, stage
from frame import read, write

with stage("import"):
    from dpmm.pipelines import AIMPipeline, MSTPipeline, PrivBayesPipeline

columns = JOB["columns"]
domain = {
    column["name"]: {"categories": column["values"]}
    if column["kind"] == "category"
    else {"lower": column["low"], "upper": column["high"]}
    for column in columns
}
pipeline = {"aim": AIMPipeline, "mst": MSTPipeline, "privbayes": PrivBayesPipeline}[JOB["options"]["pipeline"]]
with stage("read"):
    rows = read(JOB["train"], columns)
with stage("fit"):
    synthesizer = pipeline(
        epsilon=0.9 * JOB["epsilon"],
        proc_epsilon=0.1 * JOB["epsilon"],
        delta=JOB["delta"],
        n_jobs=1,
        **JOB["options"].get("more", {}),
    )
    synthesizer.fit(rows, domain, random_state=JOB["seed"])
with stage("sample"):
    synthetic = synthesizer.generate(n_records=JOB["rows"])
with stage("write"):
    write(synthetic, columns, JOB["out"])
report()
