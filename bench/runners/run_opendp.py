"""AIM of mbi's authors as OpenDP ships it (opendp.extras.mbi): the installable form, as mbi's wheels hold no mechanism.

Numbers are cut at the contract's number of equal bins; a missing number is the null category that OpenDP adds.
"""

from clock import JOB, report, stage
from frame import read, write

with stage("import"):
    import numpy as np
    import opendp.prelude as dp
    import polars as pl

dp.enable_features("contrib", "honest-but-curious")
columns = JOB["columns"]
with stage("read"):
    rows = pl.from_pandas(read(JOB["train"], columns)).with_columns(
        pl.col(column["name"]).cast(pl.Float64).fill_nan(None) for column in columns if column["kind"] != "category"
    )
with stage("fit"):
    context = dp.Context.compositor(
        data=rows.lazy(), privacy_unit=dp.unit_of(contributions=1), privacy_loss=dp.loss_of(rho=JOB["rho"])
    )
    keys = {column["name"]: column["values"] for column in columns if column["kind"] == "category"}
    cuts = {
        column["name"]: list(np.linspace(column["low"], column["high"], column["bins"] + 1)[1:-1])
        for column in columns
        if column["kind"] != "category"
    }
    query = context.query(rho=JOB["rho"]).select(*(column["name"] for column in columns))
    table = query.contingency_table(
        keys=keys, cuts=cuts, algorithm=dp.mbi.AIM(**JOB["options"].get("more", {}))
    ).release()
with stage("sample"):
    synthetic = table.synthesize(JOB["rows"])
with stage("write"):
    frame = synthetic.to_pandas()
    for column in columns:
        if column["kind"] != "category":  # an open bin at an end comes back as infinity
            frame[column["name"]] = frame[column["name"]].clip(column["low"], column["high"])
    write(frame, columns, JOB["out"])
report()
