"""Histograms made plausible, and codes gathered into groups."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from noctule.engines.grouping import LEAST_SHARE, group_codes, project_to_total

noisy = arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e4, 1e5))
plausible = arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1e4))


@settings(max_examples=150, deadline=None)
@given(values=noisy, total=st.floats(1, 1e7))
def test_projection_is_the_nearest_plausible_histogram(values: np.ndarray, total: float) -> None:
    """By the conditions of optimality: one shift for all cells above zero, and no less than that below."""
    near = project_to_total(values, total)
    assert (near >= 0).all() and np.isclose(near.sum(), total, rtol=1e-9, atol=1e-4)
    shift = (values - near)[near > 0]
    assert np.ptp(shift) <= 1e-4
    assert ((values - near)[near == 0] <= shift.max() + 1e-4).all()


@settings(max_examples=150, deadline=None)
@given(histogram=plausible, floor=st.floats(0, 1e4), ordered=st.booleans())
def test_groups_are_a_partition_with_shares(histogram: np.ndarray, floor: float, ordered: bool) -> None:
    grouping = group_codes(histogram, floor=floor, ordered=ordered)
    assert np.array_equal(np.unique(grouping.group), np.arange(grouping.size))
    assert np.allclose(grouping.merged(grouping.share), 1)
    assert np.allclose(grouping.merged(histogram)[grouping.group] * grouping.share, histogram)
    assert grouping.size <= 2 / LEAST_SHARE + 1
    if ordered:  # neighbours only: a group is a run of codes
        assert (np.diff(grouping.group) >= 0).all()


def test_rare_categories_share_one_group_and_others_stand_alone() -> None:
    grouping = group_codes(np.array([500.0, 3, 900, 0, 40, 2]), floor=100, ordered=False)
    assert grouping.group.tolist() == [0, 1, 2, 1, 1, 1]
    assert np.allclose(grouping.share, [1, 3 / 45, 1, 0, 40 / 45, 2 / 45])


def test_light_neighbours_are_cut_into_groups_that_reach_the_floor() -> None:
    histogram = np.array([40.0, 40, 40, 60, 60, 10, 10])
    assert group_codes(histogram, floor=100, ordered=True).group.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_an_atom_stays_alone_between_its_neighbours() -> None:
    histogram = np.array([30.0, 30, 5000, 20, 20])
    assert group_codes(histogram, floor=100, ordered=True).group.tolist() == [0, 0, 1, 2, 2]


def test_without_any_mass_there_is_one_group_of_equal_shares() -> None:
    for ordered in (True, False):
        grouping = group_codes(np.zeros(4), floor=10, ordered=ordered)
        assert grouping.group.tolist() == [0, 0, 0, 0] and np.allclose(grouping.share, 0.25)


def test_many_rows_do_not_make_many_groups() -> None:
    assert group_codes(np.full(4096, 1e6), floor=1, ordered=True).size == 64
