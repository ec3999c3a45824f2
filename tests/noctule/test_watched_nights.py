"""Nights under `refit: on_drift`: what they cost, and that a watch answers nothing more once it has said yes.

Tables of 20,000 rows and two columns, a drift of 0.3 allowed, epsilon 1: the noise has a scale below 0.002 in TVD, so
each answer here is wrong with odds below e^-50.
"""

import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import Contract
from noctule.drift import read
from noctule.errors import BudgetError, CheckError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import NANO, rho_of
from noctule.night import begin, watch_file
from noctule.refresh import synthesize, take_snapshot
from noctule.release.passport import footer
from tests.noctule.night import DRIFTING, MONDAY, night, refitting
from tests.noctule.test_refresh import killed, spent

CHARGE = rho_of(1.0, 1e-6)
DAY = timedelta(days=1)


def write(root: Path, *, drifted: bool) -> None:
    """A drift is one of three quarters of the rows."""
    rows = "".join("y,3\n" if drifted and i % 4 else f"x,{i % 3}\n" for i in range(20_000))
    (root / "tiny.csv").write_text("a,b\n" + rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, drifted=False)
    return tmp_path


def told(home: Home, root: Path, day: int, contract: Contract = DRIFTING) -> tuple[str, str]:
    done = night(home.root, root, MONDAY + day * DAY, contract).night
    return done.action, done.why


def watch_of(home: Home, period: str) -> Path:
    return watch_file(DRIFTING, home, period)


def test_noes_are_free_and_a_yes_pays_for_the_refit(root: Path, home: Home) -> None:
    assert told(home, root, 0) == ("refit", "first run of watch 1")
    assert [told(home, root, day) for day in (0, 1, 2)] == [("resample", "drift test: no")] * 3
    write(root, drifted=True)
    assert told(home, root, 2) == ("resample", "drift test: no")  # that night had its answer
    assert spent(home.root) == CHARGE
    assert told(home, root, 3) == ("refit", "drift test: yes on 2026-11-26")
    assert told(home, root, 4) == ("resample", "drift test: no")
    assert spent(home.root) == 2 * CHARGE
    assert Ledger(home.ledger).verify() == []


def test_the_refit_with_its_watch_costs_the_charge_to_the_last_nano_rho(root: Path, home: Home) -> None:
    receipt = night(home.root, root, contract=DRIFTING).bundle.receipt
    assert sum(draw["rho"] for draw in receipt["draws"]) * 1e9 == pytest.approx(CHARGE, abs=1e-3)
    watch = [draw for draw in receipt["draws"] if draw["mechanism"] == "sparse_vector"]
    assert [draw["rho"] * 1e9 for draw in watch] == pytest.approx([CHARGE // 20])


def test_a_drift_night_compares_the_rows_of_that_night(root: Path, home: Home) -> None:
    first = night(home.root, root, contract=DRIFTING)
    write(root, drifted=False)
    (root / "tiny.csv").write_text((root / "tiny.csv").read_text() + "x,1\n")
    second = night(home.root, root, MONDAY + DAY, DRIFTING)
    assert second.night.action == "resample" and second.night.snapshot != first.night.snapshot
    assert second.bundle.receipt["snapshot"] == first.night.snapshot


@pytest.mark.parametrize(("boundary", "charges"), [("answered", 2), ("reserved", 3), ("stored", 2)])
def test_a_kill_after_the_yes_neither_asks_again_nor_forgets_it(
    root: Path, home: Home, boundary: str, charges: int
) -> None:
    """The killed process runs in the night of Monday, whose first watch was bought on the Sunday before."""
    night(home.root, root, MONDAY - DAY, DRIFTING)
    write(root, drifted=True)
    killed(home.root, root, boundary, "on_drift")
    answers = read(watch_of(home, "watch 1"))
    assert answers and answers.answers == {"2026-11-23": True}
    if boundary != "stored":
        write(root, drifted=False)  # were the first watch asked again, it would say no
    expected = {
        "answered": ("refit", "drift test: yes on 2026-11-23"),
        "reserved": ("refit", "the model of watch 2 was lost, damaged or not finished"),
        "stored": ("resample", "drift test: no"),  # of the second watch
    }
    assert told(home, root, 0) == expected[boundary]
    assert spent(home.root) == charges * CHARGE
    assert read(watch_of(home, "watch 1")) == answers


@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_without_its_watch_a_model_is_succeeded_and_charged(root: Path, home: Home, harm: str) -> None:
    night(home.root, root, contract=DRIFTING)
    file = watch_of(home, "watch 1")
    file.unlink() if harm == "lost" else file.write_text(file.read_text()[:-5])
    assert told(home, root, 1) == ("refit", "the watch over the model was lost or damaged")
    assert told(home, root, 2) == ("resample", "drift test: no")
    assert spent(home.root) == 2 * CHARGE


def test_a_watch_that_comes_back_from_a_backup_is_not_asked(root: Path, home: Home) -> None:
    night(home.root, root, contract=DRIFTING)
    file = watch_of(home, "watch 1")
    kept = shutil.copy(file, file.with_suffix(".bak"))
    ledger = Ledger(home.ledger)
    handed_on = begin(DRIFTING, home, ledger, MONDAY + DAY)  # a handle of the time before, run again later
    write(root, drifted=True)
    assert told(home, root, 1)[0] == "refit"
    shutil.copy(kept, file)
    assert told(home, root, 2)[0] == "resample"
    snapshot = take_snapshot(DRIFTING, home, ledger, root)
    assert synthesize(DRIFTING, handed_on, snapshot, home, ledger).night.action == "resample"
    restored = read(file)
    assert restored and restored.answers == {}
    assert spent(home.root) == 2 * CHARGE


def test_at_the_cap_a_yes_stands_and_buys_nothing_more(root: Path, home: Home) -> None:
    """The charge of another dataset leaves room for one refit. The last night's file is malformed and is not read."""
    other, taken = DRIFTING.model_copy(update={"name": "other"}), rho_of(3.0, 1e-6) - CHARGE
    Ledger(home.ledger).reserve(other, key="k", event={"name": "ZCDpEvent", "rho": taken / NANO}, nano_rho=taken)
    assert [told(home, root, day)[0] for day in (0, 1)] == ["refit", "resample"]  # the test of the second night is free
    write(root, drifted=True)
    with pytest.raises(BudgetError):
        told(home, root, 2)
    (root / "tiny.csv").write_text('a,b\n"x')
    with pytest.raises(BudgetError):
        told(home, root, 3)
    watch = read(watch_of(home, "watch 1"))
    assert watch and watch.answers == {"2026-11-24": False, "2026-11-25": True}


def test_a_night_whose_checks_did_not_pass_is_not_asked(root: Path, home: Home) -> None:
    night(home.root, root, contract=DRIFTING)
    ledger = Ledger(home.ledger)
    begun = begin(DRIFTING, home, ledger, MONDAY + DAY)
    (root / "tiny.csv").write_text("a,b\nx,1\n")
    with pytest.raises(CheckError):
        synthesize(DRIFTING, begun, take_snapshot(DRIFTING, home, ledger, root, refits=False), home, ledger)
    watch = read(watch_of(home, "watch 1"))
    assert watch and watch.answers == {}


def test_the_secret_is_nowhere_but_in_the_vault(root: Path, home: Home) -> None:
    for day in (0, 1):
        night(home.root, root, MONDAY + day * DAY, DRIFTING)
    outside = [path for path in home.root.rglob("*") if path.is_file() and not path.is_relative_to(home.vault)]
    assert {"bundle.json", "ledger.db"} <= {path.name for path in outside}
    assert not [path for path in outside if b'noise"' in path.read_bytes()]


def test_a_no_skips_the_night_once_the_model_was_released(root: Path, home: Home) -> None:
    skipping = refitting("on_drift", drift=0.3, between="skip")
    key = night(home.root, root, contract=skipping).bundle.receipt["key"]
    assert told(home, root, 1, skipping) == ("resample", "drift test: no")  # its release is still owed
    schema = pa.schema([("a", pa.int64())], metadata=footer({"model": key}))
    (home.lake / "tiny").mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}, schema=schema), home.lake / "tiny" / "one.parquet")
    (home.lake / "tiny" / "latest.json").write_text('{"data": "one.parquet"}')
    assert told(home, root, 2, skipping) == ("skip", "drift test: no")


def test_another_threshold_needs_no_refit(root: Path, home: Home) -> None:
    """Thresholds are public and may change from night to night; only the noise must be paid for."""
    night(home.root, root, contract=DRIFTING)
    words = DRIFTING.model_dump(by_alias=True)
    words["refresh"]["drift"] = 0.95
    write(root, drifted=True)
    assert told(home, root, 1, Contract.model_validate(words)) == ("resample", "drift test: no")
    assert told(home, root, 2)[0] == "refit"
