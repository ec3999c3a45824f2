"""What a refit starts from, found among real bundles; and a night that remembers the one before."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.counts import CodesCounts
from noctule.engines import bundle as bundles
from noctule.engines.adaptive import Adaptive
from noctule.engines.bundle import Bundle
from noctule.engines.shape import Shape
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.tap import NoiseTap
from noctule.release.passport import passport
from noctule.standing import standing
from tests.noctule import night as nights

COLUMNS: list[dict[str, Any]] = [
    {"name": "a", "type": "category", "categories": ["x", "y", "z"]},
    {"name": "b", "type": "integer", "bounds": [0, 9]},
    {"name": "c", "type": "boolean"},
]

ENGINE = {"engine": {"name": "adaptive"}}


def _write(contract: Contract, models: Path, name: str, age: int, **receipt: Any) -> Bundle:
    """A fitted bundle, written `age` seconds before now."""
    shape = Shape.of(Codec(contract))
    codes = {attribute: (np.arange(300) % size).astype(np.int32) for attribute, size in shape.domain.items()}
    counts = CodesCounts(codes, shape.domain)
    model = Adaptive().fit(counts, shape, nano_rho=1_000_000, max_rows=1, tap=NoiseTap())
    bundle = Bundle(contract, model, {"nano_rho": 1_000_000, "approximate_delta": 0.0} | receipt)
    bundles.write(bundle, models / name)
    moment = (models / name).stat().st_mtime - age
    os.utime(models / name, (moment, moment))
    return bundle


def test_the_newest_whole_bundle_is_taken_with_all_that_it_cost(
    make_contract: Callable[..., Contract], tmp_path: Path
) -> None:
    contract = make_contract(COLUMNS, **ENGINE)
    assert standing(contract, tmp_path) is None
    _write(contract, tmp_path, "old", 300)
    remembered = {"nano_rho": 5, "approximate_delta": 1e-9}
    newer = _write(contract, tmp_path, "new", 200, remembered=remembered)
    _write(contract, tmp_path, "damaged", 100)
    (tmp_path / "damaged" / "arrays.npz").write_bytes(b"")
    found = standing(contract, tmp_path)
    assert found and found.prior.total == newer.model.total and found.prior.drift == contract.refresh.assumed_drift
    assert len(found.prior.measurements) == len(newer.model.measurements)
    assert found.cost == {"nano_rho": 1_000_005, "approximate_delta": 1e-9}
    _write(contract, tmp_path, "named", 90, ledger_head="4:ab", remembered=remembered | {"reservations": ["2:cd"]})
    assert (told := standing(contract, tmp_path)) and told.cost["reservations"] == ["2:cd", "4:ab"]
    _write(contract, tmp_path, "not all named", 80, ledger_head="4:ab", remembered=remembered)
    assert (told := standing(contract, tmp_path)) and "reservations" not in told.cost


def test_only_columns_that_are_the_same_are_known(make_contract: Callable[..., Contract], tmp_path: Path) -> None:
    _write(make_contract(COLUMNS, **ENGINE), tmp_path, "one", 0)
    described = [{**COLUMNS[0], "description": "new words"}, {**COLUMNS[1], "bounds": [0, 11]}, COLUMNS[2]]
    found = standing(make_contract(described, **ENGINE), tmp_path)
    assert found and set(found.prior.groupings) == {"a", "c"}
    assert {name for one in found.prior.measurements for name in one.clique} == {"a", "c"}


@pytest.mark.parametrize(
    "other",
    [
        {"population": "others"},
        {"unit": {"column": "a", "max_rows": 2}},
        {"refresh": {"assumed_drift": None}},
        {"engine": {"name": "mst"}},
    ],
)
def test_another_guarantee_or_engine_starts_afresh(
    make_contract: Callable[..., Contract], tmp_path: Path, other: dict[str, Any]
) -> None:
    _write(make_contract(COLUMNS, **ENGINE), tmp_path, "one", 0)
    words = make_contract(COLUMNS, **ENGINE).model_dump(by_alias=True) | other
    assert standing(Contract.model_validate(words), tmp_path) is None


def test_failure_probabilities_do_not_pile_up_to_delta(make_contract: Callable[..., Contract], tmp_path: Path) -> None:
    contract = make_contract(COLUMNS, **ENGINE)
    _write(contract, tmp_path, "one", 0, approximate_delta=contract.privacy.delta * 0.6)
    assert standing(contract, tmp_path) is None


def test_a_night_builds_on_the_one_before_and_its_release_says_so(home: Home, tmp_path: Path) -> None:
    """A contract with another epsilon refits at once, and its tap still equals its own charge."""
    rows = "".join(f"{'x' if i % 3 else 'y'},{i % 4}\n" for i in range(400))
    (tmp_path / "tiny.csv").write_text("a,b\n" + rows)
    words = nights.CONTRACT.model_dump(by_alias=True) | ENGINE
    found: list[Bundle] = []
    for epsilon in (1.0, 0.9):
        contract = Contract.model_validate(words | {"privacy": words["privacy"] | {"epsilon": epsilon}})
        Ledger(home.ledger).approve(contract, who="an officer", why="a test")
        found.append(nights.night(home.root, tmp_path, contract=contract).bundle)
    first, second = (bundle.receipt for bundle in found)
    assert first["remembered"] == {}
    assert second["remembered"] == {
        **{name: first[name] for name in ("nano_rho", "approximate_delta")},
        "reservations": [first["ledger_head"]],
    }
    assert sum(draw["rho"] for draw in second["draws"]) * 1e9 == pytest.approx(second["nano_rho"], abs=1e-3)
    assert any(np.ndim(one.sigma) for one in found[1].model.measurements)
    facts, alone = (
        passport(found[1].contract, receipt, release="r", epsilon_total=2.0, ledger_head="1:ab")
        for receipt in (second, second | {"remembered": {}})
    )
    assert facts["epsilon"] == 0.9 and 1.2 < facts["epsilon_with_remembered"] < 1.9
    assert "epsilon_with_remembered" not in alone
