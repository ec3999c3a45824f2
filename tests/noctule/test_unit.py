"""The unit of privacy, from the file to the fit: whoever has many rows counts for `max_rows` of them, and no more."""

import csv
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from bench import visits
from noctule.checks.verdict import inspect
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.load import load
from noctule.counts import CodesCounts
from noctule.home import Home
from noctule.ingest import Snapshot, ingest
from noctule.ledger.book import Ledger
from noctule.night import Night
from noctule.refresh import Synthesis, synthesize, take_snapshot
from tests.contracts import contract_of
from tests.rows import rows_of


def made(folder: Path, max_rows: int, engine: str) -> tuple[Contract, Counter[str]]:
    """Contract of a table of visits in `folder`, where heavy ages are left to be bought; and each person's visits."""
    words = load(visits.write(folder, people=250)).model_dump(by_alias=True)
    words["unit"]["max_rows"], words["engine"]["name"] = max_rows, engine
    next(column for column in words["columns"] if column["name"] == "age")["atoms"] = "auto"
    with (folder / "visits.csv").open() as file:
        return Contract.model_validate(words), Counter(row["patient_id"] for row in csv.DictReader(file))


def night(contract: Contract, home: Home, root: Path) -> tuple[Snapshot, Synthesis]:
    ledger = Ledger(home.ledger)
    snapshot = take_snapshot(contract, home, ledger, root)
    inspect(contract, snapshot, home)
    by_hand = Night("2026-11-23", "a test", "refit", "asked for by hand", snapshot=snapshot.id)
    return snapshot, synthesize(contract, by_hand, snapshot, home, ledger)


def counts(contract: Contract, snapshot: Snapshot) -> CodesCounts:
    codec = Codec(contract)
    return CodesCounts(codec.encode(rows_of(snapshot).table()), codec.domain)


@pytest.mark.parametrize(("engine", "max_rows"), [("adaptive", 1), ("adaptive", 4), ("mst", 4), ("aim", 4)])
def test_a_night_keeps_the_bound_and_every_draw_is_told_it(
    tmp_path: Path, home: Home, engine: str, max_rows: int
) -> None:
    """Purchases and counts have the bound as their sensitivity, and so have choices, but for AIM's, whose scores are
    weighted; the published score has it once for each of its pairs."""
    contract, before = made(tmp_path, max_rows, engine)
    snapshot, found = night(contract, home, tmp_path)
    kept = Counter(rows_of(snapshot).table(["patient_id"]).column(0).to_pylist())
    assert max(before.values()) > 20
    assert kept == {person: min(rows, max_rows) for person, rows in before.items()}
    *draws, score = found.bundle.receipt["draws"]
    told: dict[str, set[float]] = {draw["mechanism"]: set() for draw in draws}
    for draw in draws:
        told[draw["mechanism"]].add(draw["sensitivity"] / max_rows)
        assert draw["scale"] == pytest.approx(draw["sensitivity"] / np.sqrt(2 * draw["rho"]))
    chosen = told.pop("noisy_max")
    assert chosen == {1.0} or (engine == "aim" and min(chosen) >= 1)
    assert told == {"discrete_gaussian": {1.0}, "gaussian_threshold": {1.0}}
    assert score["sensitivity"] == max_rows * found.bundle.receipt["score"]["pairs"]


def test_the_noise_that_was_drawn_is_that_of_the_bound(tmp_path: Path, home: Home) -> None:
    """Noisy counts that the model keeps, against the exact ones, in the sigma that the tap holds for 7 rows a person.

    A false failure: 2e-7, by two tails of chi-square. Noise for one row a person would have a 49th of the square.
    """
    contract, _ = made(tmp_path, 7, "adaptive")
    snapshot, found = night(contract, home, tmp_path)
    scales = {draw["scale"] for draw in found.bundle.receipt["draws"] if draw["sensitivity"] == 7}
    one_way = [one for one in found.bundle.model.measurements if one.fine and one.clique]
    assert len(one_way) == 10 and {one.sigma for one in one_way} <= scales
    exact = counts(found.bundle.contract, snapshot).marginals([one.clique for one in one_way])
    noise = np.concatenate([(one.counts - exact[one.clique]) / one.sigma for one in one_way])
    assert chi2.ppf(1e-7, noise.size) < (noise**2).sum() < chi2.isf(1e-7, noise.size)


SMALL = [
    {"name": "who", "role": "identifier"},
    {"name": "ward", "type": "category", "categories": ["x", "y", "z"]},
    {"name": "nights", "type": "integer", "bounds": [0, 3]},
    {"name": "back", "type": "boolean"},
]
VISIT = st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(0, 3), st.booleans())
Visit = tuple[str, str, int, bool]


@settings(max_examples=40, deadline=None)
@given(st.lists(VISIT, max_size=30), VISIT.filter(lambda visit: visit[0] != "a"), st.integers(1, 4))
def test_one_person_moves_every_marginal_by_the_bound_and_nobody_elses_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Visit], last: Visit, max_rows: int
) -> None:
    """With and without person a, the whole of the file read anew: the L1 distance of each marginal is what is kept of
    a, at most `max_rows`, since the kept rows of all others are the same."""
    folder = tmp_path_factory.mktemp("unit")
    contract = contract_of(SMALL, unit={"column": "who", "max_rows": max_rows})
    home = Home(folder / "state")
    rows = [*rows, last]
    sides = [read(contract, part, home, folder) for part in (rows, [row for row in rows if row[0] != "a"])]
    one, other = (Counter(tuple(row.values()) for row in rows_of(side).table().to_pylist()) for side in sides)
    assert {visit: number for visit, number in one.items() if visit[0] != "a"} == other
    moved = min(sum(row[0] == "a" for row in rows), max_rows)
    names = ("ward", "nights", "back")
    cliques = [clique for ways in (1, 2, 3) for clique in combinations(names, ways)]
    here, there = (counts(contract, side).marginals(cliques) for side in sides)
    assert {int(np.abs(here[clique] - there[clique]).sum()) for clique in cliques} == {moved}


def read(contract: Contract, rows: list[Visit], home: Home, folder: Path) -> Snapshot:
    lines = [f"{who},{ward},{nights},{str(back).lower()}" for who, ward, nights, back in rows]
    (folder / "sample.csv").write_text("\n".join(["who,ward,nights,back", *lines, ""]))
    return ingest(contract, home, folder)
