"""The attacks tell a release that remembers from one that does not."""

import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from noctule.attacks import attacks as module
from noctule.attacks.attacks import attacks
from noctule.attacks.nearest import nearest
from noctule.attacks.outliers import rarest
from noctule.attacks.result import Attack
from noctule.contract import Contract
from noctule.evaluation.records import records

Draw = Callable[[int, int], pa.Table]
ROWS = 3_000
NAMES = [
    "exact copies", "near copies", "closest record", "rare people",
    "singling out", "linkability", "inference", "disclosure",
]  # fmt: skip


def bootstrap(real: pa.Table, seed: int) -> pa.Table:
    """Drawn with replacement, 1 % of the cells drawn anew."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(real.num_rows, size=real.num_rows)
    redrawn = [np.where(rng.random(len(rows)) < 0.01, rng.permutation(rows), rows) for _ in real.columns]
    return pa.table([c.take(r) for c, r in zip(real.columns, redrawn, strict=True)], schema=real.schema)


def with_copies(release: pa.Table, real: pa.Table, contract: Contract, copies: int) -> pa.Table:
    """Some rows replaced by the most isolated real ones."""
    rows = records(real, contract)
    alone, _ = nearest(rows, rows, own=np.arange(rows.rows))
    return pa.concat_tables([release.slice(copies), real.take(np.argsort(-alone)[:copies])])


def by_name(found: list[Attack]) -> dict[str, Attack]:
    return {one.name: one for one in found}


@pytest.mark.parametrize("held_out", [True, False])
def test_three_files(contract: Contract, draw: Draw, held_out: bool) -> None:
    real = draw(ROWS, 1)
    control = draw(ROWS, 2) if held_out else None
    fresh = draw(ROWS, 3)
    honest = attacks(real, control, fresh, contract)
    assert [one.name for one in honest] == NAMES
    assert {one.verdict for one in honest} <= {"nothing found", "unclear"}
    copied = attacks(real, control, bootstrap(real, 4), contract)
    assert {one.verdict for one in copied} == {"alarm"}
    few = by_name(attacks(real, control, with_copies(fresh, real, contract, 30), contract))
    assert few["exact copies"].verdict == "alarm" and 0.01 <= (few["exact copies"].rate or 0) < 0.02
    assert few["closest record"].verdict != "alarm"  # thirty of 3,000: what a mean hides


def test_honest_releases_seldom_alarm(contract: Contract, draw: Draw) -> None:
    """8 tables, 8 attacks each, with and without a control: 128 verdicts, an alarm in 0.13 % of them by design. More
    than 3 by chance: under 1e-4, were all independent.
    """
    alarms = 0
    for seed in range(8):
        real, control, fresh = (draw(800, 10 * seed + part) for part in range(3))
        for one in (*attacks(real, control, fresh, contract), *attacks(real, None, fresh, contract)):
            alarms += one.verdict == "alarm"
    assert alarms <= 3


def test_figures_are_repeatable_and_hold_no_cell(contract: Contract, draw: Draw) -> None:
    real, release = draw(500, 1), draw(500, 2)
    found = attacks(real, None, release, contract)
    assert found == attacks(real, None, release, contract)
    text = json.dumps([asdict(one) for one in found], allow_nan=False)
    assert not any(letter in text for letter in ("k0", "k1", "k2"))


def test_one_attack_that_fails_leaves_the_others(
    contract: Contract, draw: Draw, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Attack:
        raise ValueError("k3 is a cell")

    monkeypatch.setattr(module, "closest", broken)
    found = by_name(attacks(draw(300, 1), None, draw(300, 2), contract))
    assert found["closest record"].verdict == "not measured"
    assert found["closest record"].sentence == "failed with ValueError"
    assert found["linkability"].rate is not None and "k3" not in caplog.text


def test_tables_of_one_column_few_rows_or_no_target(make_contract: Callable[..., Contract]) -> None:
    alone = make_contract([{"name": "x", "type": "integer", "bounds": [0, 9]}])
    tiny = pa.table({"x": [1, 2, 3]})
    found = by_name(attacks(tiny, None, tiny, alone))
    assert {found[name].verdict for name in ("linkability", "inference", "disclosure")} == {"not measured"}
    assert (found["exact copies"].rate, found["exact copies"].control) == (1, 0)
    assert {one.verdict for one in attacks(tiny.slice(0, 1), None, tiny, alone)[1:]} == {"not measured"}
    assert {one.verdict for one in attacks(tiny, tiny, tiny.slice(0, 0), alone)} <= {"not measured", "nothing found"}


def test_the_control_is_cut_to_the_size_of_the_other(contract: Contract, draw: Draw) -> None:
    """A control of a third of the rows: an honest release still has no more in common with the table."""
    found = by_name(attacks(draw(ROWS, 1), draw(ROWS // 3, 2), draw(ROWS, 3), contract))
    assert {one.verdict for one in found.values()} <= {"nothing found", "unclear"}


def test_twins_in_the_table_are_the_control_of_copies(make_contract: Callable[..., Contract]) -> None:
    """Four of six rows have a twin; two of the three rows of the release stand in the table."""
    contract = make_contract([{"name": "x", "type": "integer", "bounds": [0, 9]}])
    real, release = (pa.table({"x": cells}) for cells in ([1, 1, 2, 2, 3, 4], [1, 4, 9]))
    copies = attacks(real, None, release, contract)[0]
    assert (copies.rate, copies.control) == pytest.approx((2 / 3, 2 / 3))
    assert copies.verdict == "nothing found"


def test_the_rarest_are_those_of_rare_values(contract: Contract, draw: Draw) -> None:
    table = draw(500, 1).to_pylist()
    table[77] |= {"age": 0, "ward": "k7", "city": "k7", "dose": 50.0}
    rows = records(pa.Table.from_pylist(table, draw(1, 1).schema), contract)
    assert rarest(rows, 1).tolist() == [77]
