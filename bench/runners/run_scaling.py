"""Cost of one engine on made codes of any size: generate, fit from counts, sample. Nothing is decoded or judged."""

from clock import JOB, report, stage

with stage("import"):
    import numpy as np

    from noctule.counts import CodesCounts
    from noctule.engines.registry import engine
    from noctule.engines.shape import Shape
    from noctule.mechanisms.accounting import rho_of
    from noctule.mechanisms.tap import NoiseTap

SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 50, 76, 100)  # of 15 columns; their sum is 369
SEGMENTS = 8  # hidden, so that columns depend on each other

rows, columns = JOB["rows"], JOB["columns"]
sizes = [max(2, round(SIZES[at % len(SIZES)] * JOB["widen"])) for at in range(columns)]
domain = {f"a{at:02d}": size for at, size in enumerate(sizes)}
with stage("make"):
    rng = np.random.default_rng(JOB["seed"])
    segment = rng.integers(SEGMENTS, size=rows, dtype=np.int32)
    codes = {}
    for at, (name, size) in enumerate(domain.items()):
        centre = (at + 1) * segment * 7 % size
        codes[name] = ((centre + size * rng.beta(1.2, 5, rows)) % size).astype(np.int32)
with stage("fit"):
    tap, nano_rho = NoiseTap(), rho_of(JOB["epsilon"], JOB["delta"])
    shape = Shape(domain, frozenset(name for name, size in domain.items() if size >= 12), ("a00",))
    model = engine(JOB["engine"]).fit(CodesCounts(codes, domain), shape, nano_rho=nano_rho, max_rows=1, tap=tap)
    tap.require_equal(nano_rho)
with stage("sample"):
    for _block in model.blocks(rows, JOB["seed"]):
        pass
report(codes=sum(sizes), draws=len(tap.draws))
