"""Marginals of codes in memory, in one call."""

import numpy as np
import pytest

from noctule.counts import marginal, marginals, require_inside
from noctule.errors import DataError
from tests.noctule.counts.tables import by_hand, draw

DOMAIN = {"a": 3, "b": 4, "c": 2}


def test_one_and_many() -> None:
    codes, pair = draw(DOMAIN, 50, 0), ("b", "a")
    assert np.array_equal(marginal(codes, pair, DOMAIN), by_hand(codes, [pair], DOMAIN)[pair])
    assert np.array_equal(marginals(codes, [("a", "b")], DOMAIN)["a", "b"], marginal(codes, pair, DOMAIN).T)


def test_columns_that_no_clique_names_may_be_missing() -> None:
    assert marginal({"a": np.array([2], np.int32)}, ("a",), DOMAIN).tolist() == [0, 0, 1]


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(DataError, match="different numbers of rows"):
        require_inside({**draw(DOMAIN, 10, 0), "a": np.zeros(9, np.int32)}, DOMAIN)
