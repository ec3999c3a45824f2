"""`--where` and `--rebalance`: every row drawn meets the words; words that cannot be met are refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from noctule.cli.condition import rebalance, where
from noctule.cli.onefile import generate
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.model import COMPONENT, Grouping, Model, Step
from noctule.errors import UsageError

COLUMNS = [
    {"name": "sex", "type": "category", "categories": ["f", "m"], "nullable": True},
    {"name": "age", "type": "integer", "bounds": [0, 99], "bins": 10},
    {"name": "drug", "type": "category", "categories": ["a, b", "c:d", "none"]},
]
RECEIPT = {"epsilon": 1.0, "delta": 1e-6, "rho": 0.1, "engine": "mst", "draws": [], "key": "0" * 32}


@pytest.fixture
def bundle(make_contract: Callable[..., Contract]) -> Bundle:
    contract = make_contract(COLUMNS)
    rng = np.random.default_rng(2)
    domain = Codec(contract).domain
    steps = [Step(COMPONENT, (), rng.dirichlet(np.ones(3)))]
    steps += [Step(name, (COMPONENT,), rng.dirichlet(np.ones(size), 3)) for name, size in domain.items()]
    groupings = {name: Grouping.identity(size) for name, size in domain.items()}
    model = Model(domain, 500.0, tuple(steps), groupings, {COMPONENT: 3})
    return Bundle(contract, model, {**RECEIPT, "ledger_head": "1:ab", "epsilon_total": 1.0})


def test_rows_meet_the_words_and_the_file_says_nothing_was_charged(bundle: Bundle, tmp_path: Path) -> None:
    bundles.write(bundle, tmp_path / "model")
    words = ["--model", str(tmp_path / "model"), "--samples", "1000", "--seed", "3"]
    words += ["--where", "age=30..49", "--where", "age=70..79", "--where", "sex=f"]
    for name in ("some.parquet", "some.csv"):
        done = CliRunner().invoke(generate, [*words, "--output", str(tmp_path / name)], catch_exceptions=False)
        assert done.exit_code == 0 and "epsilon charged: 0" in done.output
    rows = pq.read_table(tmp_path / "some.parquet")
    ages = rows["age"].to_numpy()
    assert ((ages >= 30) & (ages <= 49) | (ages >= 70) & (ages <= 79)).all() and len(set(ages // 10)) == 3
    assert set(rows["sex"].to_pylist()) == {"f"}
    assert pyarrow.csv.read_csv(tmp_path / "some.csv")["age"].to_pylist() == ages.tolist()


def test_shares_are_met_and_what_is_left_keeps_its_odds(bundle: Bundle) -> None:
    codec, before = Codec(bundle.contract), bundle.model.marginal("drug")
    even = rebalance(bundle.model, codec, "drug=a, b:0.25,c:d:0.75")
    assert np.allclose(even.marginal("drug"), [0.25, 0.75, 0])
    partly = rebalance(bundle.model, codec, "drug=c:d:.5").marginal("drug")
    assert partly[1] == pytest.approx(0.5) and partly[0] / partly[2] == pytest.approx(before[0] / before[2])
    ages = rebalance(bundle.model, codec, "age=0..49:0.5").marginal("age")
    assert ages[:5].sum() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sex", "cannot read"),
        ("sex=f", "cannot read"),
        ("sex=f:x", "cannot read"),
        ("sex=f:0.6,m:0.5", "add up"),
        ("sex=f:0.2,f:0.3", "add up"),
        ("age=0..49:0.2,40..59:0.3", "add up"),
        ("sex=x:0.5", "no value"),
    ],
)
def test_shares_that_mean_nothing_are_refused(bundle: Bundle, words: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        rebalance(bundle.model, Codec(bundle.contract), words)


def test_what_the_model_never_draws_cannot_be_asked_for(bundle: Bundle) -> None:
    model, codec = bundle.model, Codec(bundle.contract)
    steps = tuple(
        replace(step, table=np.tile([0.5, 0.5, 0.0], (3, 1))) if step.attribute == "drug" else step
        for step in model.steps
    )
    never = replace(model, steps=steps)
    with pytest.raises(UsageError, match="never draws"):
        rebalance(never, codec, "drug=none:0.5")
    with pytest.raises(UsageError, match="no probability"):
        where(never, codec, ["drug=none"])
    with pytest.raises(UsageError, match="cannot read"):
        where(model, codec, ["drug"])
