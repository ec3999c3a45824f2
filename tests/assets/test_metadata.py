"""The allow-list between the library and Dagster's event log."""

import pytest

from assets.metadata import ALLOWED, metadata


def test_a_name_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="rows_read"):
        metadata({"rows_read": 20_000})


def test_internal_numbers_stay_inside_the_vault() -> None:
    facts = {"fidelity/tvd2": 0.123456, "fidelity/tvd2_charged": 0.654321, "checks/failed": "age", "action": "refit"}
    assert metadata(facts) == facts | {"fidelity/tvd2": 0.1235, "fidelity/tvd2_charged": 0.6543}
    assert metadata(facts, inside_vault=False) == {"fidelity/tvd2_charged": 0.6543, "action": "refit"}


def test_every_tier_is_one_of_the_four() -> None:
    assert set(ALLOWED.values()) <= {"public", "released", "charged", "internal"}
