"""Real tables through the one-file commands, judged by the neutral score.py. Needs ../shared; slow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
NOCTULE = Path(sys.executable).with_name("noctule")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (SHARED / "data").exists(), reason="../shared is not here: real tables are not shipped"),
]


def noctule(home: Path, *words: str) -> str:
    environment = os.environ | {"NOCTULE_HOME": str(home)}
    done = subprocess.run([NOCTULE, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Ceilings of tvd2, tvd3 and spikes at epsilon 1, and a floor of tstr. Those of mst and of adaptive are the issues' that
# asked for them, where they are met; NIST's for mst, and tstr, guard against regressions.
@pytest.mark.parametrize(
    ("engine", "table", "target", "rows", "tvd2", "tvd3", "tstr"),
    [
        ("mst", "adult", "income", 24_000, 0.070, 0.13, 0.70),
        ("mst", "nist", "OWN_RENT", 22_000, 0.080, 0.16, 0.65),
        ("adaptive", "adult", "income", 24_000, 0.045, 0.085, 0.87),
        ("adaptive", "nist", "OWN_RENT", 22_000, 0.055, 0.120, 0.86),
    ],
)
def test_an_engine_at_epsilon_1(
    tmp_path: Path, engine: str, table: str, target: str, rows: int, tvd2: float, tvd3: float, tstr: float
) -> None:
    """Between seeds, tvd2 moves by about 0.002 and tvd3 by 0.005; each ceiling lies at least 4 times that away."""
    train, test = (SHARED / "data" / f"{table}_{half}.csv" for half in ("train", "test"))
    model, safe = tmp_path / "model", tmp_path / "safe.csv"
    contract = str(ROOT / "examples" / f"{table}.yaml")
    words = ["--input", str(train), "--contract", contract, "--model", engine, "--epsilon", "1.0", "--delta", "1e-5"]
    assert "epsilon charged: 1" in noctule(tmp_path / "state", "train", *words, "--output", str(model))
    noctule(tmp_path / "state", "generate", "--model", str(model), "--samples", str(rows), "--output", str(safe))
    assert dict(pd.read_csv(safe).dtypes) == dict(pd.read_csv(train).dtypes)
    judge = [
        sys.executable,
        SHARED / "bench" / "score.py",
        train,
        test,
        safe,
        "--target",
        target,
        "--name",
        f"{engine} {table}",
    ]
    done = subprocess.run([*judge, "--no-sdq"], capture_output=True, text=True, check=True)
    score = json.loads(done.stdout)
    print(score)
    assert score["tvd2"] <= tvd2
    assert score["tvd3"] <= tvd3
    assert score["spikes"] <= 0.005
    assert score["tstr"] >= tstr
