"""Planted faults (bench/faults.py) against the tests that must find them, on few canaries; and sound code beside them.

A planted fault is judged at LEVEL in each test; sound code at SOUND, where it fails once in a million. FITS is so many
that in 30 to 40 trials each the bound was never under 1.6 times the claim; at a quarter of them one in twenty missed.
`python -m bench.audit` has the whole table.
"""

from collections.abc import Iterator

import pytest

from bench import faults
from noctule.audit import twins
from noctule.audit.audit import Finding, attack, audit, purchased, whole_nights
from noctule.audit.worst_case import Cells, Declared, Unique
from noctule.errors import UsageError

LEVEL, SOUND = 1e-4, 1e-6
FITS = 48


def failed(findings: Iterator[Finding]) -> set[str]:
    return {finding.test for finding in findings if not finding.passed}


@pytest.mark.parametrize("engine", ["adaptive", "mst", "aim"])
def test_a_tenth_of_the_noise_is_found_though_the_tap_is_blind(engine: str) -> None:
    assert failed(attack(engine, Cells(), 8, SOUND)) == set()
    with faults.noise_divided(10):
        found = failed(attack(engine, Cells(), FITS, LEVEL))
    assert "cells" in found and "tap" not in found


def test_a_little_less_noise_is_found_where_counts_are_kept() -> None:
    """12 fits, 9,792 cells: a bound at .973 of the noise that is stated; at 1.08 it is .926, 6 deviations below."""
    with faults.noise_divided(1.08):
        assert failed(attack("adaptive", Cells(), 12, LEVEL)) == {"noise"}


def test_a_budget_that_is_not_split_is_found_by_the_tap() -> None:
    with faults.budget_not_split():
        assert "tap" in failed(attack("adaptive", Cells(), 8, LEVEL))


def test_a_unit_that_counts_for_one_row_is_found() -> None:
    with faults.unit_counts_for_one():
        assert "cells" in failed(attack("adaptive", Cells(), FITS, LEVEL))


def test_a_domain_read_off_the_rows_is_found() -> None:
    assert failed(attack("adaptive", Declared(), 8, SOUND)) == set()
    with faults.domain_inferred():
        assert failed(attack("adaptive", Declared(), 8, LEVEL)) == {"codes"}


def test_rows_learned_by_heart_are_found() -> None:
    assert failed(attack("adaptive", Unique(), 4, SOUND)) == set()
    with faults.rows_in_the_model():
        assert failed(attack("adaptive", Unique(), 4, LEVEL)) == {"rows"}


def test_whole_nights() -> None:
    assert failed(whole_nights("adaptive", 4, SOUND)) == set()
    with faults.rows_in_the_bundle():
        assert failed(whole_nights("adaptive", 2, LEVEL)) == {"strings"}
    with faults.unit_bound_dropped(checks_blind=True):
        assert failed(whole_nights("adaptive", 6, LEVEL)) == {"units"}
    with faults.unit_bound_dropped(checks_blind=False):
        assert failed(whole_nights("adaptive", 2, LEVEL)) == {"night"}


@pytest.mark.parametrize("every_draw", [False, True])
def test_a_seed_is_found(every_draw: bool) -> None:
    """Sound noise is alike by chance once in 1e30."""
    assert twins.seeded() == []
    with faults.noise_seeded(every_draw=every_draw):
        assert twins.seeded() == ["discrete Gaussian"]


def test_a_threshold_that_was_dropped_is_found() -> None:
    assert purchased(SOUND).passed
    with faults.threshold_dropped():
        assert not purchased(LEVEL).passed


def test_an_audit_holds_every_test_and_refuses_an_unknown_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of sound code fails once in 1,000; this one once in a million."""
    monkeypatch.setattr("noctule.audit.audit.ERROR", SOUND)
    found = audit(["mst"], canaries=128)
    assert [(one.engine, one.test) for one in found] == [
        *(("mst", test) for test in ("cells", "tap", "codes", "rows", "units", "strings", "domain")),
        ("", "purchase"),
        ("", "seed"),
    ]
    assert all(one.passed for one in found)
    with pytest.raises(UsageError):
        audit(["dpctgan"])


def test_nothing_of_the_deployment_is_touched(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCTULE_HOME", str(tmp_path))
    monkeypatch.setenv("NOCTULE_LEDGER", str(tmp_path / "ledger.db"))
    assert failed(whole_nights("adaptive", 2, SOUND)) == set()
    assert list(tmp_path.iterdir()) == []
