"""The order of a night, and what a crash at each of its boundaries leaves behind."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from noctule.checks.verdict import inspect
from noctule.contract import Contract
from noctule.counts import stored
from noctule.engines import bundle as bundles
from noctule.errors import ApprovalError, BudgetError, BundleError, CheckError, ContractError, DataError, UsageError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import rho_of
from noctule.night import begin
from noctule.purchase.price import charge
from noctule.refresh import fitted, require_ready, synthesize, take_snapshot
from tests.noctule.night import CONTRACT, MONDAY, night, refitting

CHARGE = rho_of(1.0, 1e-6)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = "".join(f"{'x' if i % 3 else 'y'},{i % 4}\n" for i in range(400))
    (tmp_path / "tiny.csv").write_text("a,b\n" + rows)
    return tmp_path


def killed(state: Path, root: Path, *words_: str) -> None:
    words = [sys.executable, "-m", "tests.noctule.night", str(state), str(root), *words_]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr


def spent(state: Path) -> int:
    return Ledger(state / "ledger.db").spent("testers", "lifetime")


def test_a_night_charges_once_and_its_tap_agrees(root: Path, home: Home) -> None:
    first, second = night(home.root, root), night(home.root, root)
    assert (first.night.action, second.night.action) == ("refit", "resample")
    assert spent(home.root) == CHARGE == first.bundle.receipt["nano_rho"]
    drawn = sum(draw["rho"] for draw in first.bundle.receipt["draws"])
    assert drawn * 1e9 == pytest.approx(CHARGE, abs=1e-3)
    assert second.bundle.receipt == first.bundle.receipt


def write(root: Path, rows: int) -> None:
    lines = "".join(f"{'x' if i % 5 else 'y'},{i % 3}\n" for i in range(rows))
    (root / "tiny.csv").write_text("a,b\n" + lines)


DAY = timedelta(days=1)


def test_a_new_night_is_charged_and_a_changed_file_is_not(root: Path, home: Home) -> None:
    """That a night was charged tells the date, and nothing of the rows."""
    first = night(home.root, root)
    write(root, 300)
    same_night, next_night = night(home.root, root), night(home.root, root, MONDAY + DAY)
    assert [done.night.action for done in (first, same_night, next_night)] == ["refit", "resample", "refit"]
    assert [done.night.why for done in (first, same_night, next_night)] == [
        "first run of 2026-11-23", "the model of 2026-11-23 stands", "first run of 2026-11-24",
    ]  # fmt: skip
    assert spent(home.root) == 2 * CHARGE


@pytest.mark.parametrize(
    ("refit", "nights", "charges", "upcoming"),
    [("weekly", 7, 1, "2026-11-30"), ("weekly", 8, 2, "2026-12-07"), ("monthly", 9, 2, "2027-01-01")],
)
def test_a_period_is_charged_once(root: Path, home: Home, refit: str, nights: int, charges: int, upcoming: str) -> None:
    contract, ledger = refitting(refit), Ledger(home.ledger)
    for number in range(0, nights, 1 if nights < 9 else 8):
        done = night(home.root, root, MONDAY + number * DAY, contract)
    assert done.night.next_refit == begin(contract, home, ledger, MONDAY + (nights - 1) * DAY).next_refit == upcoming
    assert spent(home.root) == charges * CHARGE


def test_a_new_version_refits_and_nothing_else_does(root: Path, home: Home) -> None:
    one, two = (refitting("on_new_version", version=version) for version in ("2026a", "2026b"))
    actions = [
        night(home.root, root, MONDAY + at * 40 * DAY, word).night.action for at, word in enumerate([one, one, two])
    ]
    assert actions == ["refit", "resample", "refit"]
    assert begin(two, home, Ledger(home.ledger), MONDAY).next_refit is None


def test_a_night_that_cannot_refit_needs_no_source(root: Path, home: Home) -> None:
    """So neither a missing file nor a failed check decides on its release."""
    weekly = refitting("weekly")
    first = night(home.root, root, contract=weekly)
    (root / "tiny.csv").unlink()
    second = night(home.root, root, MONDAY + DAY, weekly)
    assert (second.night.action, second.night.snapshot) == ("resample", first.bundle.receipt["snapshot"])


def test_a_night_that_passes_midnight_pays_for_the_day_it_began(root: Path, home: Home) -> None:
    ledger = Ledger(home.ledger)
    begun = begin(CONTRACT, home, ledger, MONDAY.replace(hour=23, minute=59))
    snapshot = take_snapshot(CONTRACT, home, ledger, root)
    inspect(CONTRACT, snapshot, home)
    for _ in range(2):  # the second as when it is run again from the failed step
        assert synthesize(CONTRACT, begun, snapshot, home, ledger).bundle.receipt["period"] == "2026-11-23"
    assert spent(home.root) == CHARGE


def test_a_changed_contract_refits_at_once(root: Path, home: Home) -> None:
    weekly = refitting("weekly")
    night(home.root, root, contract=weekly)
    words = weekly.model_dump(by_alias=True)
    words["privacy"]["epsilon"] = 0.5
    cheaper = Contract.model_validate(words)
    Ledger(home.ledger).approve(cheaper, who="an officer", why="half will do")
    changed = night(home.root, root, MONDAY + DAY, cheaper)
    assert (changed.night.action, changed.night.why) == ("refit", "the contract changed in 2026-W48")


def test_a_model_that_goes_away_during_the_night_is_not_refitted_unread(root: Path, home: Home) -> None:
    folder = night(home.root, root).folder
    ledger = Ledger(home.ledger)
    begun = begin(CONTRACT, home, ledger, MONDAY)
    folder.rename(folder.with_name(".away"))
    with pytest.raises(BundleError, match="went away"):
        synthesize(CONTRACT, begun, None, home, ledger)
    again = night(home.root, root)
    assert (again.night.action, again.night.why) == (
        "refit",
        "the model of 2026-11-23 was lost, damaged or not finished",
    )
    assert spent(home.root) == 2 * CHARGE


def test_nights_that_the_cap_refuses_keep_the_ledger_awake(root: Path, home: Home) -> None:
    """Else the first night with budget again would meet a clock that seems to have leapt, and wait for a person."""
    clock = [MONDAY]
    ledger, nano_rho = Ledger(home.ledger, now=lambda: clock[0]), rho_of(2.9, 1e-6)
    other = CONTRACT.model_copy(update={"name": "other"})
    ledger.reserve(other, key="k", event={"name": "ZCDpEvent", "rho": nano_rho / 1e9}, nano_rho=nano_rho)
    for clock[0] in (MONDAY + day * DAY for day in range(0, 80, 5)):
        assert begin(CONTRACT, home, ledger, clock[0]).action == "refit"
        with pytest.raises(BudgetError):
            take_snapshot(CONTRACT, home, ledger, root)


def test_what_was_never_released_is_not_skipped(root: Path, home: Home) -> None:
    """A crash between fit and release must not cost the period its release; tests/pipelines has the skip itself."""
    weekly = refitting("weekly", between="skip")
    assert [night(home.root, root, MONDAY + at * DAY, weekly).night.action for at in range(2)] == ["refit", "resample"]


@pytest.mark.parametrize(
    ("boundary", "charges", "action"), [("reserved", 2, "refit"), ("fitted", 2, "refit"), ("stored", 1, "resample")]
)
def test_a_kill_never_undercounts(root: Path, home: Home, boundary: str, charges: int, action: str) -> None:
    """Killed before the model is stored, the charge stays and the retry pays again; killed after, it is reused."""
    killed(home.root, root, boundary)
    assert spent(home.root) == CHARGE
    assert night(home.root, root).night.action == action
    assert spent(home.root) == charges * CHARGE
    assert Ledger(home.ledger).verify() == []


def test_a_damaged_model_is_set_aside_and_paid_again(root: Path, home: Home) -> None:
    stored = night(home.root, root).folder / "arrays.npz"
    stored.chmod(0o644)
    stored.write_bytes(stored.read_bytes()[:-7])
    assert night(home.root, root).night.action == "refit"
    assert spent(home.root) == 2 * CHARGE


def test_training_refuses_without_a_verdict(root: Path, home: Home) -> None:
    ledger = Ledger(home.ledger)
    begun, snapshot = begin(CONTRACT, home, ledger, MONDAY), take_snapshot(CONTRACT, home, ledger, root)
    with pytest.raises(CheckError):
        synthesize(CONTRACT, begun, snapshot, home, ledger)
    assert ledger.entries() == []


def test_at_the_cap_a_changed_file_is_not_opened(root: Path, home: Home) -> None:
    """The changed file is malformed, so that opening it would raise DataError."""
    ledger = Ledger(home.ledger)
    nano_rho = rho_of(2.9, 1e-6)
    other = CONTRACT.model_copy(update={"name": "other"})
    ledger.reserve(other, key="k", event={"name": "ZCDpEvent", "rho": nano_rho / 1e9}, nano_rho=nano_rho)
    (root / "tiny.csv").write_text('a,b\n"x')
    with pytest.raises(BudgetError):
        take_snapshot(CONTRACT, home, ledger, root)


def test_a_contract_that_nobody_approved_opens_nothing(root: Path, home: Home) -> None:
    """The changed file is malformed, so that opening it would raise DataError; a stored model is not sampled either."""
    night(home.root, root)
    words = CONTRACT.model_dump(by_alias=True)
    words["privacy"]["epsilon"] = 2.0
    changed, ledger = Contract.model_validate(words), Ledger(home.ledger)
    (root / "tiny.csv").write_text('a,b\n"x')
    with pytest.raises(ApprovalError, match=r"epsilon: 1\.0 becomes 2\.0"):
        take_snapshot(changed, home, ledger, root)
    assert spent(home.root) == CHARGE


def test_a_snapshot_that_cannot_be_read_was_charged_for(root: Path, home: Home) -> None:
    """Reserve, then read: the loss of the rows shows only after the charge, and nothing is refunded."""
    ledger = Ledger(home.ledger)
    begun, snapshot = begin(CONTRACT, home, ledger, MONDAY), take_snapshot(CONTRACT, home, ledger, root)
    inspect(CONTRACT, snapshot, home)
    (snapshot.path / "data.parquet").unlink()
    with pytest.raises(DataError, match="missing or damaged"):
        synthesize(CONTRACT, begun, snapshot, home, ledger)
    assert spent(home.root) == CHARGE


def test_a_night_on_codes_from_disk_leaves_none(root: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "IN_MEMORY", 0)
    assert night(home.root, root).night.action == "refit"
    assert (home.vault / "codes" / "tiny").is_dir()
    assert not list((home.vault / "codes" / "tiny").iterdir())


def test_the_bundle_holds_no_raw_row(root: Path, home: Home) -> None:
    bundle = bundles.read(night(home.root, root).folder)
    assert bundle.receipt["snapshot"] and bundle.model.total != 400  # the noisy total, not n


def test_a_draft_domain_is_refused_before_anything_is_read(root: Path, home: Home) -> None:
    words = CONTRACT.model_dump(by_alias=True)
    words["columns"][0]["domain_source"] = "data_draft"
    draft = CONTRACT.model_validate(words)
    with pytest.raises(ContractError, match="data_draft"):
        require_ready(draft)


def test_a_signing_key_that_is_not_there_is_found_before_the_charge(
    root: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOCTULE_SIGNING_KEY", str(root / "gone.pem"))
    with pytest.raises(UsageError, match="no readable Ed25519 key"):
        night(home.root, root)
    assert Ledger(home.ledger).entries() == []


def test_a_charge_too_small_to_share_is_refused_before_it_is_made(home: Home) -> None:
    words = CONTRACT.model_dump(by_alias=True)
    words["privacy"]["epsilon"] = 1e-5
    with pytest.raises(ContractError, match="nothing could be measured"):
        require_ready(CONTRACT.model_validate(words))


def test_a_pair_too_large_to_count_is_refused(home: Home) -> None:
    words = CONTRACT.model_dump(by_alias=True)
    words["columns"] = [
        {"name": name, "type": "category", "categories": [f"{i}" for i in range(10_000)]} for name in "ab"
    ]
    with pytest.raises(ContractError, match="too large to count"):
        require_ready(CONTRACT.model_validate(words))


def test_a_model_of_another_contract_is_not_sampled(root: Path, home: Home) -> None:
    """Else today's unit or population would be stated for yesterday's model."""
    folder = night(home.root, root).folder
    assert fitted(CONTRACT, folder).receipt["dataset"] == "tiny"
    words = CONTRACT.model_dump(by_alias=True) | {"population": "others"}
    with pytest.raises(ContractError, match="changed since"):
        fitted(Contract.model_validate(words), folder)


def test_what_the_contract_leaves_open_is_bought_within_the_charge(root: Path, home: Home) -> None:
    """The bundle holds the effective contract; the declared one decides whether the model is today's."""
    words = CONTRACT.model_dump(by_alias=True)
    words["columns"] = [
        {"name": "a", "domain_source": "dp_estimated"},
        {"name": "b", "type": "integer", "bounds": [0, 999]},
    ]
    words["privacy"] |= {"epsilon": 2.9}
    declared, ledger = Contract.model_validate(words), Ledger(home.ledger)
    first, second = (night(home.root, root, contract=declared) for _ in range(2))
    assert (first.night.action, second.night.action) == ("refit", "resample")
    receipt, cost = first.bundle.receipt, charge(declared)
    assert [item["column"] for item in receipt["bought"]] == ["a", "b"]
    assert receipt["nano_rho"] == cost.nano_rho == ledger.spent("testers", "lifetime")
    assert receipt["approximate_delta"] == cost.delta == 1e-9
    assert ledger.entries()[1].detail["atto_delta"] == 10**9
    assert first.bundle.contract.column("b").atoms != "auto"  # pyright: ignore
    words["columns"][1]["description"] = "said later, for free"
    today = fitted(Contract.model_validate(words), first.folder).contract
    assert today.columns[0] == first.bundle.contract.columns[0]
    assert today.columns[1].description == "said later, for free"
    words["columns"][1]["atoms"] = [0]
    with pytest.raises(ContractError, match="changed since"):
        fitted(Contract.model_validate(words), first.folder)


def test_a_charge_too_small_for_what_is_left_open_is_refused(home: Home) -> None:
    words = CONTRACT.model_dump(by_alias=True)
    words["columns"] = [{"name": "c", "domain_source": "dp_estimated"}]
    words["privacy"]["epsilon"] = 0.0015
    with pytest.raises(ContractError, match="nothing could be measured"):
        require_ready(Contract.model_validate(words))
