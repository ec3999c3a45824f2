"""What a contract hands on: digests, targets, and the refusal of domains that are not public."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from noctule.contract import Contract
from noctule.errors import ContractError

Make = Callable[..., Contract]
AGE: dict[str, Any] = {"name": "age", "type": "integer", "bounds": [0, 110]}
PRIVACY: dict[str, Any] = {"epsilon": 1.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}}


def test_words_schedule_cap_and_gates_change_without_a_refit(make_contract: Make) -> None:
    plain = make_contract([AGE])
    for other in (
        make_contract([{**AGE, "description": "in years"}], title="T"),
        make_contract([AGE], refresh={"schedule": "0 3 * * *"}, gates={"max_tvd2": 0.2}),
        make_contract([AGE], refresh={"refit": "on_drift", "drift": 0.1, "between": "skip"}),
        make_contract([AGE], refresh={"refit": "on_new_version", "version": "2026 spring"}),
        make_contract([AGE], privacy={**PRIVACY, "cap": {"epsilon": 9.0, "per": "year"}}),
    ):
        assert other.fit_digest() == plain.fit_digest()
        assert other.digest() != plain.digest()


def test_what_a_fit_depends_on_asks_for_a_refit(make_contract: Make) -> None:
    plain = make_contract([AGE]).fit_digest()
    others = [
        make_contract([{**AGE, "bins": 7}]),
        make_contract([AGE], privacy={**PRIVACY, "epsilon": 0.5}),
        make_contract([AGE], population="others"),
        make_contract([AGE, {"name": "id", "role": "identifier"}], unit={"column": "id"}),
        make_contract([AGE], engine={"name": "aim"}),
    ]
    assert plain not in {other.fit_digest() for other in others}


@pytest.mark.parametrize(
    ("refresh", "word"),
    [
        ({"refit": "on_new_version"}, "version"),
        ({"refit": "weekly", "version": "7"}, "version"),
        ({"refit": "on_new_version", "version": "two\nlines"}, "pattern"),
        ({"refit": "monthly", "drift": 0.1}, "drift"),
        ({"refit": "on_drift", "drift": 0.0}, "greater than 0"),
        ({"between": "sleep"}, "skip"),
    ],
)
def test_a_refresh_that_means_nothing_is_refused(make_contract: Make, refresh: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        make_contract([AGE], refresh=refresh)


def test_a_refresh_is_read_back_as_it_was(make_contract: Make) -> None:
    for refresh in (
        {"refit": "on_drift"},
        {"refit": "on_drift", "drift": 0.1},
        {"refit": "on_new_version", "version": "7"},
    ):
        contract = make_contract([AGE], refresh=refresh)
        assert Contract.model_validate(contract.model_dump(mode="json", by_alias=True)) == contract


@pytest.mark.parametrize(("source", "word"), [("data_draft", "code book"), ("dp_estimated", "leave its domain out")])
def test_domains_that_are_not_public_stop_synthesis(make_contract: Make, source: str, word: str) -> None:
    contract = make_contract([{"name": "key", "role": "identifier"}, {**AGE, "domain_source": source}])
    with pytest.raises(ContractError, match=word) as caught:
        contract.require_public_domains()
    assert caught.value.where == "sample: columns[1].domain_source"


def test_a_table_needs_something_to_model(make_contract: Make) -> None:
    with pytest.raises(ValidationError, match="no column is modelled"):
        make_contract([{"name": "key", "role": "identifier"}])
