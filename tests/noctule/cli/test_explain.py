"""`noctule explain` as a lawyer and a script read it."""

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

from noctule.cli import cli
from noctule.errors import UsageError
from noctule.mechanisms.accounting import rho_of


def explain(words: str) -> str:
    done = CliRunner().invoke(cli, ["explain", *words.split()], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return " ".join(done.stdout.split())


def facts(words: str) -> dict[str, Any]:
    return json.loads(explain(f"{words} --json"))


def test_it_speaks_in_sentences() -> None:
    said = explain("1")
    assert "wrongly finds at most 1.91 % of the people who are in the table; by chance it would be 1 %." in said
    assert "at most 11.0 percentage points above" in said
    assert "at most 76.0 % sure of it, and from 1 % at most 3.11 %" in said
    assert "at most 0.0002 %." in said  # 2 delta
    assert "greatest advantage 46.2 % 9.42 % 11.0 %" in said
    assert "max_rows" in said and "Nothing is said of what statistics" in said


def test_the_figures_are_the_same_in_json() -> None:
    told = facts("1")
    assert told["total"]["nano_rho"] == rho_of(1.0, 1e-6)
    assert set(told["risks"]) == {"worst", "gaussian", "zcdp"}
    assert all(0 <= share <= 1 for reading in told["risks"].values() for share in reading.values())
    assert told["risks"]["zcdp"]["found_at_1_percent"] == pytest.approx(0.01905, abs=1e-5)
    assert told["total"]["epsilon"] == told["total_by_basic_composition"]["epsilon"] == 1


def test_a_year_of_nights_adds_up_by_zcdp() -> None:
    told = facts("0.1 --nights 365")
    assert told["total"]["epsilon"] == pytest.approx(2.34, abs=0.01)
    assert told["total"]["nano_rho"] == 365 * rho_of(0.1, 1e-6)
    assert told["total_by_basic_composition"]["epsilon"] == pytest.approx(36.5)
    assert told["total_by_basic_composition"]["delta"] == pytest.approx(365e-6)
    same = facts(str(told["total"]["epsilon"]))["risks"]
    assert all(told["risks"][reading] == pytest.approx(same[reading], rel=1e-4) for reading in same)
    said = explain("0.1 --nights 365")
    assert "365 nights: epsilon 2.34 in total" in said and "basic composition epsilon 36.5" in said


def test_one_night_costs_less_than_a_year() -> None:
    one, year = facts("0.5")["risks"], facts("0.5 --nights 365")["risks"]
    assert all(one[reading][measure] < year[reading][measure] for reading in one for measure in one[reading])


def test_delta_counts() -> None:
    assert facts("1 --delta 1e-9")["risks"]["zcdp"]["advantage"] < facts("1")["risks"]["zcdp"]["advantage"]


def test_the_ends_of_the_range() -> None:
    assert facts("0")["risks"]["zcdp"] == pytest.approx(
        {
            "advantage": 0,
            "found_at_1_percent": 0.01,
            "found_at_10_percent": 0.1,
            "posterior_from_50_percent": 0.5,
            "posterior_from_1_percent": 0.01,
        }
    )
    assert set(facts("1000 --nights 36525")["risks"]["zcdp"].values()) == {1.0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("-- -1", "epsilon"),
        ("nan", "epsilon"),
        ("inf", "epsilon"),
        ("1001", "protects nobody"),
        ("1 --delta 0", "delta"),
        ("1 --delta nan", "delta"),
        ("1 --delta 1", "delta"),
    ],
)
def test_nonsense_is_refused(words: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        explain(words)


@pytest.mark.parametrize("words", ["", "one", "1 --nights 0", "1 --nights 1e3", "1 --nights 36526"])
def test_words_that_are_no_numbers_are_refused(words: str) -> None:
    with pytest.raises(click.UsageError):
        explain(words)
