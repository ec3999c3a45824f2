"""The rule that keeps models out and lets them in again; on made-up scores."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.golden.trial import Trial
from noctule.golden.verdict import NIGHTS, Accepted, fall, standing
from tests.noctule.golden.answers import trial

GOOD = (0.8, 0.6, 0.9, 0.7, 0.75, 0.85)
BAD = tuple(score - 0.2 - 0.01 * place for place, score in enumerate(GOOD))
FIRST = [trial(*GOOD)] * NIGHTS


def test_one_bad_night_is_none_and_two_are_enough() -> None:
    assert not standing([*FIRST, trial(*BAD)]).quarantined
    assert standing([*FIRST, trial(*BAD), trial(*BAD)]).quarantined
    assert not standing([*FIRST, trial(*BAD), trial(*GOOD), trial(*BAD)]).quarantined


def test_two_good_nights_let_it_in_again() -> None:
    out = [*FIRST, trial(*BAD), trial(*BAD)]
    assert standing([*out, trial(*GOOD)]).quarantined
    assert not standing([*out, trial(*GOOD), trial(*GOOD)]).quarantined
    assert standing([*out, trial(*GOOD), trial(*BAD), trial(*GOOD)]).quarantined


@pytest.mark.parametrize(
    "change",
    [{"outcome": "gone", "why": "404"}, {"valid": 0.8}, {"usd": 0.4}],
    ids=["gone", "lost its form", "dearer"],
)
def test_hard_signs_need_one_night(change: dict[str, object]) -> None:
    now = standing([*FIRST, trial(*GOOD, **change)])
    assert now.quarantined and now.hard


def test_a_slightly_dearer_or_a_cheaper_model_stays() -> None:
    assert not standing([*FIRST, trial(*GOOD, usd=0.35), trial(*GOOD, usd=0.01)]).quarantined


def test_a_sure_fall_that_is_small_is_of_no_interest() -> None:
    less = trial(*(score - 0.015 for score in GOOD))
    assert not standing([*FIRST, less, less, less]).quarantined


def test_another_id_or_a_persons_word_begins_anew_and_another_prompt_keeps_quarantine() -> None:
    out = [*FIRST, trial(*BAD), trial(*BAD)]
    assert not standing([*out, Accepted("a")]).quarantined
    assert not standing([*out, Accepted("a"), trial(*BAD), trial(*BAD), trial(*BAD)]).quarantined
    assert not standing([*out, trial(*BAD, model="a-2")]).quarantined
    assert standing([*out, trial(*BAD, prompt="q")]).quarantined
    assert not standing([*out, trial(*BAD, prompt="q"), trial(*BAD, prompt="q")]).quarantined


def test_p_is_that_of_the_paired_test() -> None:
    from scipy.stats import ttest_rel

    draw = random.Random(1)
    nights = [trial(*(draw.random() for _ in range(30))) for _ in range(NIGHTS + 1)]
    before = [sum(scores) / NIGHTS for scores in zip(*(one.scores for one in nights[:-1]), strict=True)]
    mean, p = fall(nights[:-1], nights[-1])
    expected = ttest_rel(before, nights[-1].scores, alternative="greater")
    assert p == pytest.approx(expected.pvalue) and mean == pytest.approx(sum(before) / 30 - nights[-1].mean)


@given(st.lists(st.sampled_from(["good", "bad", "gone", "form"]), max_size=14), st.data())
def test_nights_that_could_not_be_judged_change_nothing(kinds: list[str], data: st.DataObject) -> None:
    known: dict[str, Trial] = {
        "good": trial(*GOOD), "bad": trial(*BAD), "gone": trial(outcome="gone"), "form": trial(*GOOD, valid=0.5),
    }  # fmt: skip
    records = [*FIRST, *(known[kind] for kind in kinds)]
    mixed: list[Trial] = []
    for record in records:
        mixed += [trial(outcome="unavailable", why="Overloaded")] * data.draw(st.integers(0, 2))
        mixed.append(record)
    one, other = standing(records), standing(mixed)
    assert (one.baseline, one.bad, one.good, one.quarantined) == (
        other.baseline,
        other.bad,
        other.good,
        other.quarantined,
    )
