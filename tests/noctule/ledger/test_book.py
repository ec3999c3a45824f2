"""What the ledger grants, refuses and remembers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract.model import Cap
from noctule.errors import BudgetError, LedgerError
from noctule.ledger import Ledger, Reservation
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, FOREVER, YEARLY, Clock, Reserve

CAP = rho_of(3.0, DELTA)


def test_a_ledger_that_was_only_read_does_not_exist(ledger: Ledger) -> None:
    assert ledger.entries() == [] and ledger.verify() == [] and ledger.head() == "0" * 64
    assert ledger.spent("hospital-a", "year") == 0 and ledger.pending("patients", "k") is None
    ledger.require_headroom(population="hospital-a", nano_rho=1, cap=YEARLY, delta=DELTA)
    assert not ledger.path.exists() and not ledger.path.parent.exists()


def test_reserve_counts_at_once_and_commit_adds_nothing(ledger: Ledger, reserve: Reserve) -> None:
    held = reserve(5_000, event={"type": "ZCDpEvent"})
    assert ledger.spent("hospital-a", "year") == 5_000
    assert ledger.pending("patients", "k") == held and ledger.committed("patients", "k") is None
    ledger.commit(held, {"bundle": "abc"})
    assert ledger.spent("hospital-a", "year") == ledger.spent("hospital-a", "lifetime") == 5_000
    done = ledger.committed("patients", "k")
    assert done is not None and done.detail == {"bundle": "abc"} and done.hash == ledger.head()
    assert ledger.pending("patients", "k") is None
    first = ledger.entries()[0]
    cap = {"epsilon": 3.0, "per": "year"}
    assert first.detail == {"event": {"type": "ZCDpEvent"}, "cap": cap, "delta": DELTA, "atto_delta": 0}
    assert ledger.verify() == []


def test_a_second_reserve_of_the_same_key_is_a_second_charge(ledger: Ledger, reserve: Reserve) -> None:
    first, second = reserve(7), reserve(8)
    assert ledger.spent("hospital-a", "year") == 15
    assert ledger.pending("patients", "k") == second
    ledger.commit(second, {})
    assert ledger.pending("patients", "k") == first
    assert ledger.pending("patients", "other") is None and ledger.pending("other", "k") is None


def test_datasets_of_one_population_share_its_cap_and_others_do_not(ledger: Ledger, reserve: Reserve) -> None:
    reserve(CAP, dataset="patients")
    with pytest.raises(BudgetError):
        reserve(1, dataset="visits")
    reserve(CAP, population="hospital-b")
    assert ledger.spent("hospital-b", "lifetime") == CAP


def test_the_last_nano_rho_is_granted_and_not_one_more(ledger: Ledger, reserve: Reserve) -> None:
    reserve(CAP - 1)
    with pytest.raises(BudgetError):
        reserve(2)
    reserve(1)
    with pytest.raises(BudgetError):
        ledger.require_headroom(population="hospital-a", nano_rho=1, cap=YEARLY, delta=DELTA)
    assert len(ledger.entries()) == 2  # a refusal leaves no row


def test_a_refusal_says_what_is_asked_what_is_left_and_when_budget_returns(reserve: Reserve, clock: Clock) -> None:
    night = rho_of(1.0, DELTA)
    for _ in range(7):
        reserve(night)
        clock.forward(days=7)
    with pytest.raises(BudgetError) as refused:
        reserve(night)
    assert str(refused.value) == (
        "population 'hospital-a': epsilon 1 is asked and 0.76 is left of 3 per year (delta 1e-06);"
        " enough budget returns on 2027-03-01 02:31 UTC\n"
        "  fix: run again then, lower privacy.epsilon, or have the population's owner raise privacy.cap"
    )
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    ("nano_rho", "cap", "reason"),
    [(CAP, FOREVER, "never: the cap is per lifetime"), (CAP + 1, YEARLY, "never: the charge alone is above the cap")],
)
def test_a_refusal_for_good_says_so(reserve: Reserve, nano_rho: int, cap: Cap, reason: str) -> None:
    reserve(1, cap=cap)
    with pytest.raises(BudgetError, match=reason):
        reserve(nano_rho, cap=cap)


def test_a_year_is_365_rolling_days(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(CAP // 2)
    clock.forward(days=100)
    reserve(CAP // 2)
    returns = ledger.balance("hospital-a", YEARLY, DELTA).returns(CAP // 2)
    assert returns == datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
    clock.now = returns - timedelta(microseconds=1)
    with pytest.raises(BudgetError):
        reserve(CAP // 2)
    clock.now = returns
    reserve(CAP // 2)
    assert ledger.spent("hospital-a", "lifetime") == 3 * (CAP // 2)
    with pytest.raises(BudgetError, match="never: the cap is per lifetime"):
        reserve(1, cap=FOREVER)
    assert ledger.verify() == []  # which holds each grant against its own window


def test_a_clock_set_back_frees_nothing_and_keeps_the_order(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(CAP)
    clock.forward(days=-4000)
    with pytest.raises(BudgetError, match="2027-03-01"):
        reserve(1)
    assert ledger.spent("hospital-a", "year") == CAP
    reserve(1, population="hospital-b")
    assert [entry.at for entry in ledger.entries()] == ["2026-03-01T02:30:00.000000+00:00"] * 2
    assert ledger.verify() == []


def test_a_commit_needs_its_own_reservation_and_only_one(ledger: Ledger, reserve: Reserve) -> None:
    held = reserve(5)
    for forged in (
        Reservation(held.seq, held.population, held.dataset, held.key, 6, held.hash),
        Reservation(held.seq + 1, held.population, held.dataset, held.key, 5, held.hash),
        Reservation(held.seq, held.population, "visits", held.key, 5, held.hash),
        Reservation(held.seq, held.population, held.dataset, held.key, 5, "0" * 64),
    ):
        with pytest.raises(LedgerError, match="is not this reservation"):
            ledger.commit(forged, {})
    ledger.commit(held, {})
    with pytest.raises(LedgerError, match="committed already"):
        ledger.commit(held, {})
    assert len(ledger.entries()) == 2


@pytest.mark.parametrize(
    "given",
    [{"nano_rho": 0}, {"nano_rho": -1}, {"nano_rho": 1.5}, {"dataset": 5}, {"key": None}, {"event": {"x": {1, 2}}}],
)
def test_what_verify_would_name_is_never_written(ledger: Ledger, reserve: Reserve, given: dict) -> None:
    reserve(1)
    with pytest.raises(LedgerError):
        reserve(**given)
    assert len(ledger.entries()) == 1 and ledger.verify() == []


words = st.sampled_from(["hospital-a", "hospital-b"])
steps = st.one_of(
    st.tuples(st.just("reserve"), words, st.integers(1, 60)),
    st.tuples(st.just("reserve and commit"), words, st.integers(1, 60)),
    st.tuples(st.just("commit the newest pending"), words, st.just(0)),
    st.tuples(st.just("days pass"), words, st.integers(-200, 300)),
)


@given(st.lists(steps, max_size=14), st.sampled_from([YEARLY, FOREVER]))
@settings(max_examples=30, deadline=None)
def test_spent_never_passes_the_cap_and_equals_a_recount(
    tmp_path_factory: pytest.TempPathFactory, walk: list[tuple[str, str, int]], cap: Cap
) -> None:
    """Any walk of reserves, commits, crashes (a reserve never committed) and clocks; the test keeps its own book."""
    clock = Clock()
    ledger = Ledger(tmp_path_factory.mktemp("walk") / "ledger.db", now=clock)
    book: dict[str, list[tuple[datetime, int]]] = {"hospital-a": [], "hospital-b": []}
    latest = clock.now
    for step, population, number in walk:
        charge, commits = number * CAP // 100, step.endswith("commit")
        if step == "days pass":
            clock.forward(days=number)
        elif step == "commit the newest pending":
            if held := ledger.pending(population, "k"):
                latest = max(latest, clock.now)
                ledger.commit(held, {})
        else:
            at = max(latest, clock.now)
            window = [n for t, n in book[population] if cap.per == "lifetime" or t + timedelta(days=365) > at]
            asked = {"population": population, "nano_rho": charge, "cap": cap, "delta": DELTA}
            if sum(window) + charge > CAP:
                with pytest.raises(BudgetError):
                    ledger.reserve(dataset=population, key="k", event={}, **asked)
                continue
            held = ledger.reserve(dataset=population, key="k", event={}, **asked)
            book[population].append((at, charge))
            latest = at
            if commits:
                ledger.commit(held, {})
    for population, charges in book.items():
        assert ledger.spent(population, "lifetime") == sum(n for _, n in charges)
        span = timedelta(days=365) if cap.per == "year" else timedelta(days=36_500)
        for end, _ in charges:
            assert sum(n for t, n in charges if end - span < t <= end) <= CAP
    assert ledger.verify() == []


def test_the_path_may_hold_any_character(tmp_path: Path, reserve: Reserve) -> None:
    odd = Ledger(tmp_path / "a b?c#d%20é" / "ledger.db")
    reserve(3, on=odd)
    assert odd.spent("hospital-a", "year") == 3


def test_approximate_parts_shrink_what_the_cap_is_worth(ledger: Ledger, reserve: Reserve) -> None:
    """Ten charges with a twentieth of delta each leave half of delta for the conversion of rho."""
    twentieth, half = round(DELTA * 1e18) // 20, rho_of(3.0, DELTA / 2)
    for _ in range(10):
        reserve(half // 10, atto_delta=twentieth)
    now = ledger.balance("hospital-a", YEARLY, DELTA)
    assert now.cap_nano_rho == half and now.left_nano_rho == half - 10 * (half // 10)
    assert now.epsilon_spent <= 3.0
    with pytest.raises(BudgetError, match="enough budget returns on 2027"):
        reserve(half // 100, atto_delta=twentieth)
    assert ledger.verify() == []


def test_when_delta_is_used_up_nothing_more_is_granted(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    with pytest.raises(BudgetError, match="the charge alone is above the cap"):
        reserve(1, atto_delta=round(DELTA * 1e18))
    reserve(1, atto_delta=round(DELTA * 1e18) - 1)
    with pytest.raises(BudgetError):
        reserve(1, atto_delta=1)
    clock.forward(days=366)
    reserve(1, atto_delta=1)
