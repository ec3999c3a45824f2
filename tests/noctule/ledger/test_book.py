"""What the ledger grants, refuses and remembers, in both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noctule.contract.model import Cap
from noctule.errors import BudgetError, LedgerError
from noctule.ledger import Ledger, Reservation
from noctule.ledger.compose import Charge
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, FOREVER, YEARLY, Clock, Reserve, contract, reserving, zcdp

CAP = rho_of(3.0, DELTA)


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


def test_a_ledger_that_was_only_read_does_not_exist(ledger: Ledger, place: Path | str) -> None:
    assert ledger.entries() == [] and ledger.verify() == [] and ledger.head() == "0" * 64
    assert ledger.spent("hospital-a", "year") == 0 and ledger.pending("patients", "k") is None
    ledger.require_headroom(contract(), event=zcdp(1), nano_rho=1)
    ledger.require_approved(contract())
    assert isinstance(place, str) or not place.parent.exists()


def test_reserve_counts_at_once_and_commit_adds_nothing(ledger: Ledger, reserve: Reserve) -> None:
    held = reserve(ledger, 5_000)
    assert ledger.spent("hospital-a", "year") == 5_000
    assert ledger.pending("patients", "k") == held and ledger.committed("patients", "k") is None
    ledger.commit(held, {"bundle": "abc"})
    assert ledger.spent("hospital-a", "year") == ledger.spent("hospital-a", "lifetime") == 5_000
    done = ledger.committed("patients", "k")
    assert done is not None and done.detail == {"bundle": "abc"} and done.hash == ledger.head()
    assert ledger.pending("patients", "k") is None
    approve, first, _ = ledger.entries()
    caps = [{"epsilon": 3.0, "per": "year", "of": "population"}]
    signed = {"approval": approve.key, "caps": caps, "delta": DELTA}
    assert first.detail == {"event": zcdp(5_000), "atto_delta": 0, **signed}
    assert kinds(ledger) == ["approve", "reserve", "commit"] and ledger.verify() == []


def test_a_second_reserve_of_the_same_key_is_a_second_charge(ledger: Ledger, reserve: Reserve) -> None:
    first, second = reserve(ledger, 7), reserve(ledger, 8)
    assert ledger.spent("hospital-a", "year") == 15
    assert ledger.pending("patients", "k") == second
    ledger.commit(second, {})
    assert ledger.pending("patients", "k") == first
    assert ledger.pending("patients", "other") is None and ledger.pending("other", "k") is None


def test_a_person_in_several_datasets_of_one_population_composes(ledger: Ledger, reserve: Reserve) -> None:
    reserve(ledger, CAP // 2, dataset="patients")
    reserve(ledger, CAP - CAP // 2, dataset="visits")
    with pytest.raises(BudgetError):
        reserve(ledger, 1, dataset="bills")
    reserve(ledger, CAP, population="hospital-b", dataset="others")
    assert ledger.spent("hospital-a", "lifetime") == ledger.spent("hospital-b", "lifetime") == CAP


def test_the_last_nano_rho_is_granted_and_not_one_more(ledger: Ledger, reserve: Reserve) -> None:
    reserve(ledger, CAP - 1)
    with pytest.raises(BudgetError):
        reserve(ledger, 2)
    reserve(ledger, 1)
    with pytest.raises(BudgetError):
        ledger.require_headroom(contract(), event=zcdp(1), nano_rho=1)
    assert kinds(ledger) == ["approve", "reserve", "reserve"]  # a refusal leaves no row


def test_a_refusal_says_what_is_asked_what_is_left_and_when_budget_returns(
    ledger: Ledger, reserve: Reserve, clock: Clock
) -> None:
    night = rho_of(1.0, DELTA)
    for _ in range(7):
        reserve(ledger, night)
        clock.forward(days=7)
    with pytest.raises(BudgetError) as refused:
        reserve(ledger, night)
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
def test_a_refusal_for_good_says_so(ledger: Ledger, reserve: Reserve, nano_rho: int, cap: Cap, reason: str) -> None:
    reserve(ledger, 1, cap=cap)
    with pytest.raises(BudgetError, match=reason):
        reserve(ledger, nano_rho, cap=cap)


def test_a_year_is_365_rolling_days(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(ledger, CAP // 2)
    clock.forward(days=30)
    reserve(ledger, CAP // 2)
    returns = ledger.balances(contract())[0].returns(Charge(CAP // 2))
    assert returns == datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
    clock.now = returns - timedelta(microseconds=1)
    with pytest.raises(BudgetError):
        reserve(ledger, CAP // 2)
    clock.now = returns
    reserve(ledger, CAP // 2)
    assert ledger.spent("hospital-a", "lifetime") == 3 * (CAP // 2)
    with pytest.raises(BudgetError, match="never: the cap is per lifetime"):
        reserve(ledger, 1, cap=FOREVER)
    assert ledger.verify() == []  # which holds each grant against its own window


def test_a_clock_set_back_frees_nothing_and_keeps_the_order(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(ledger, CAP)
    clock.forward(days=-4000)
    with pytest.raises(BudgetError, match="2027-03-01"):
        reserve(ledger, 1)
    assert ledger.spent("hospital-a", "year") == CAP
    reserve(ledger, 1, population="hospital-b", dataset="others")
    assert {entry.at for entry in ledger.entries()} == {"2026-03-01T02:30:00.000000+00:00"}
    assert ledger.verify() == []


def test_a_clock_far_forward_frees_nothing_without_a_persons_word(
    ledger: Ledger, reserve: Reserve, clock: Clock
) -> None:
    """Neither at once, nor by going forward and back: a leap is refused before a row is written under it."""
    held = reserve(ledger, CAP)
    clock.forward(days=400)
    before = ledger.entries()
    for use in (
        lambda: ledger.reserve(contract(), key="k", event=zcdp(1), nano_rho=1),
        lambda: ledger.require_headroom(contract(), event=zcdp(1), nano_rho=1),
        lambda: ledger.approve(contract(epsilon=2.0), who="x", why="x"),
        lambda: ledger.commit(held, {}),
    ):
        with pytest.raises(LedgerError, match=r"(?s)leaps forward.*noctule ledger resume"):
            use()
    assert ledger.entries() == before
    clock.forward(days=-400)
    with pytest.raises(BudgetError):
        reserve(ledger, 1)
    clock.forward(days=400)
    ledger.resume(who="officer", why="a year's pause")
    ledger.reserve(contract(), key="k", event=zcdp(CAP), nano_rho=CAP)
    assert kinds(ledger) == ["approve", "reserve", "clock", "reserve"] and ledger.verify() == []
    assert ledger.entries()[2].detail == {"who": "officer", "why": "a year's pause"}


def test_a_monthly_refresh_needs_nobodys_word(ledger: Ledger, clock: Clock) -> None:
    for _ in range(13):
        ledger.reserve(contract(), key="k", event=zcdp(10), nano_rho=10)
        clock.forward(days=31)


def test_nights_that_charge_nothing_break_the_silence_once_a_week(ledger: Ledger, clock: Clock) -> None:
    ledger.tick()
    assert ledger.entries() == []
    ledger.reserve(contract(), key="k", event=zcdp(10), nano_rho=10)
    for _ in range(60):
        clock.forward(days=1)
        ledger.tick()
    assert kinds(ledger) == ["approve", "reserve", *["clock"] * 7]
    clock.forward(days=36)
    with pytest.raises(LedgerError, match="leaps forward"):
        ledger.tick()
    clock.forward(days=-36)
    ledger.reserve(contract(), key="k", event=zcdp(10), nano_rho=10)
    assert ledger.verify() == []


def test_a_commit_needs_its_own_reservation_and_only_one(ledger: Ledger, reserve: Reserve) -> None:
    held = reserve(ledger, 5)
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
    assert len(ledger.entries()) == 3


@pytest.mark.parametrize(
    "given",
    [
        {"nano_rho": 0},
        {"nano_rho": -1, "event": zcdp(0)},
        {"nano_rho": 1.5},
        {"key": None},
        {"event": {}},
        {"event": {"name": "ZCDpEvent", "rho": 0.1, "also": {1, 2}}},
        {"event": {"name": "UnsupportedDpEvent"}},
        {"event": zcdp(10**7)},  # worth ten times the charge
        {"event": {"name": "PoissonSampledDpEvent", "sampling_probability": 0.1, "event": zcdp(1)}},
        {"atto_delta": -1},
        {"atto_delta": 0.5},
    ],
)
def test_what_verify_would_name_is_never_written(ledger: Ledger, reserve: Reserve, given: dict) -> None:
    reserve(ledger, 1)
    with pytest.raises(LedgerError):
        reserve(ledger, **given)
    assert len(ledger.entries()) == 2 and ledger.verify() == []


words = st.sampled_from(["hospital-a", "hospital-b"])
steps = st.one_of(
    st.tuples(st.just("reserve"), words, st.integers(1, 60)),
    st.tuples(st.just("reserve and commit"), words, st.integers(1, 60)),
    st.tuples(st.just("commit the newest pending"), words, st.just(0)),
    st.tuples(st.just("days pass"), words, st.integers(-200, 300)),
)


@given(st.lists(steps, max_size=14), st.sampled_from([YEARLY, FOREVER]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spent_never_passes_the_cap_and_equals_a_recount(
    tmp_path_factory: pytest.TempPathFactory, walk: list[tuple[str, str, int]], cap: Cap
) -> None:
    """Any walk of reserves, commits, crashes (a reserve never committed) and clocks; the test keeps its own book."""
    clock = Clock()
    reserve = reserving(clock)
    ledger = Ledger(tmp_path_factory.mktemp("walk") / "ledger.db", now=clock)
    book: dict[str, list[tuple[datetime, int]]] = {"hospital-a": [], "hospital-b": []}
    latest = clock.now
    for step, population, number in walk:
        dataset, charge, commits = population.replace("-", "_"), number * CAP // 100, step.endswith("commit")
        if step == "days pass":
            clock.forward(days=number)
            if ledger.entries():
                ledger.resume(who="tester", why="days pass")
                latest = max(latest, clock.now)
        elif step == "commit the newest pending":
            if held := ledger.pending(dataset, "k"):
                latest = max(latest, clock.now)
                ledger.commit(held, {})
        else:
            at = max(latest, clock.now)
            window = [n for t, n in book[population] if cap.per == "lifetime" or t + timedelta(days=365) > at]
            asked = {"population": population, "dataset": dataset, "cap": cap}
            if sum(window) + charge > CAP:
                with pytest.raises(BudgetError):
                    reserve(ledger, charge, **asked)
                latest = at if ledger.entries() else latest  # the helper's approval was written
                continue
            held = reserve(ledger, charge, **asked)
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


def test_the_path_may_hold_any_character(tmp_path: Path, reserve: Reserve, clock: Clock) -> None:
    odd = Ledger(tmp_path / "a b?c#d%20é" / "ledger.db", now=clock)
    reserve(odd, 3)
    assert odd.spent("hospital-a", "year") == 3


def test_approximate_parts_shrink_what_the_cap_is_worth(ledger: Ledger, reserve: Reserve) -> None:
    """Ten charges with a twentieth of delta each leave half of delta for the conversion of rho."""
    twentieth, half = round(DELTA * 1e18) // 20, rho_of(3.0, DELTA / 2)
    for _ in range(10):
        reserve(ledger, half // 10, atto_delta=twentieth)
    now = ledger.balances(contract())[0]
    assert now.cap_nano_rho == half and now.left_nano_rho == half - 10 * (half // 10)
    assert now.epsilon_spent <= 3.0
    with pytest.raises(BudgetError, match="enough budget returns on 2027"):
        reserve(ledger, half // 100, atto_delta=twentieth)
    assert ledger.verify() == []


def test_when_delta_is_used_up_nothing_more_is_granted(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    with pytest.raises(BudgetError, match="the charge alone is above the cap"):
        reserve(ledger, 1, atto_delta=round(DELTA * 1e18))
    reserve(ledger, 1, atto_delta=round(DELTA * 1e18) - 1)
    with pytest.raises(BudgetError):
        reserve(ledger, 1, atto_delta=1)
    clock.forward(days=366)
    reserve(ledger, 1, atto_delta=1)
