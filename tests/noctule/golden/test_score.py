"""Scores of single answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.describe.answer import Description
from noctule.describe.offline import describe
from noctule.golden.items import golden_set
from noctule.golden.score import exact, forbidden, score, text
from tests.noctule.golden.answers import right, vague


def test_the_set_is_large_enough_and_no_column_is_twice_in_it() -> None:
    items = golden_set()
    assert len(items) >= 24 and sum(item.unknown for item in items) == 2
    assert len({item.facts.column for item in items}) == len(items)
    assert all(
        item.unknown or (item.references and item.semantic_type and item.unit and item.sensitivity) for item in items
    )


@pytest.mark.parametrize("item", golden_set(), ids=lambda item: item.facts.column)
def test_right_answers_have_all_points_and_vague_ones_few(item: object) -> None:
    assert score(Description.model_validate(right(item)), item) == 1
    assert score(Description.model_validate(vague(item)), item) < 0.4


def test_a_refusal_a_link_and_another_column_have_none() -> None:
    item = golden_set()[0]
    for change in ({"description": "As an AI I cannot tell"}, {"description": "see https://x.y"}, {"column": "other"}):
        said = Description.model_validate({**right(item), **change})
        assert score(said, item) == 0
        assert forbidden(said) == ("column" not in change)


def test_the_exact_fields_count_a_third_each() -> None:
    item = golden_set()[0]
    assert exact(Description.model_validate({**right(item), "unit": "kg"}), item) == pytest.approx(2 / 3)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_text_score_is_a_share_and_symmetric(one: str, other: str) -> None:
    assert 0 <= text(one, (other,)) == text(other, (one,)) <= 1


def test_the_offline_describer_does_not_know_the_two_that_nobody_can_read() -> None:
    for item in golden_set():
        if item.unknown:
            assert describe(item.facts)[0].confidence < 0.5
