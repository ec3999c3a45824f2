"""What a privacy officer signs of a contract, and how a change is told."""

from collections.abc import Callable
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.contract.approval import changes, terms
from noctule.contract.model import Cap
from tests.contracts import contract_of

AGE = {"name": "age", "type": "integer", "bounds": [0, 110]}
KIND = {"name": "kind", "type": "category", "categories": ["a", "b"]}
PRIVACY: dict[str, Any] = {"epsilon": 1.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}}
BASE = contract_of([AGE, KIND], privacy=PRIVACY)


@pytest.mark.parametrize(
    "free",
    [
        {"title": "words"},
        {"refresh": {"schedule": "0 1 * * *"}},
        {"gates": {"max_tvd2": 0.1}},
        {"engine": {"name": "adaptive"}},
        {"source": {"kind": "csv", "path": "elsewhere.csv"}},
        {"privacy": PRIVACY | {"cap": [{"epsilon": 3.0, "per": "year", "of": "population"}]}},
    ],
)
def test_what_promises_nothing_needs_no_signature(free: dict[str, Any]) -> None:
    assert contract_of([AGE, KIND], **({"privacy": PRIVACY} | free)).approval_digest() == BASE.approval_digest()
    described = contract_of([AGE | {"description": "x", "target": True}, KIND], privacy=PRIVACY)
    assert described.approval_digest() == BASE.approval_digest()


@pytest.mark.parametrize(
    ("columns", "keys", "told"),
    [
        ([AGE | {"bounds": [0, 120]}, KIND], {}, ["column 'age', bounds: [0, 110] becomes [0, 120]"]),
        ([AGE | {"domain_source": "codebook"}, KIND], {}, ["column 'age', domain_source: public becomes codebook"]),
        ([AGE | {"atoms": [0]}, KIND], {}, ["column 'age', atoms: [0] is new"]),
        ([AGE, KIND | {"categories": ["a", "c"]}], {},
         ["column 'kind', categories: [\"a\", \"b\"] becomes [\"a\", \"c\"]"]),
        ([AGE, KIND], {"population": "others"}, ["population: testers becomes others"]),
        ([AGE, KIND], {"privacy": PRIVACY | {"epsilon": 2.0}}, ["epsilon: 1.0 becomes 2.0"]),
        ([AGE, KIND], {"privacy": PRIVACY | {"delta": 1e-5}}, ["delta: 1e-06 becomes 1e-05"]),
        (
            [AGE, KIND],
            {"privacy": PRIVACY | {"cap": {"epsilon": 4.0, "per": "lifetime"}}},
            ["caps: epsilon 3.0 per year of the population becomes epsilon 4.0 per lifetime of the population"],
        ),
        ([AGE, KIND], {"constraints": [{"forbid": {"age": "..3", "kind": "b"}}]},
         ['constraints: [] becomes [{"age": "..3", "kind": "b"}]']),
    ],
)  # fmt: skip
def test_what_promises_something_is_told_in_words(columns: list[dict], keys: dict[str, Any], told: list[str]) -> None:
    changed = contract_of(columns, **({"privacy": PRIVACY} | keys))
    assert changes(terms(BASE), terms(changed)) == told
    assert changed.approval_digest() != BASE.approval_digest()


def test_columns_and_units_that_come_and_go_are_told() -> None:
    person = {"name": "person", "role": "identifier", "release": "surrogate"}
    other = contract_of([person, AGE], unit={"column": "person", "max_rows": 2}, privacy=PRIVACY)
    told = changes(terms(BASE), terms(other))
    assert "unit: row becomes person, at most 2 rows" in told
    assert "column 'kind', type: category is gone" in told and "column 'person', release: surrogate is new" in told


def test_a_long_list_is_told_shortly_and_still_bound(make_contract: Callable[..., Contract]) -> None:
    codes = [f"code {number}" for number in range(3000)]
    one, other = (make_contract([KIND | {"categories": listed}]) for listed in (codes, [*codes[:-1], "x"]))
    assert max(map(len, terms(one).values())) < 200
    assert one.approval_digest() != other.approval_digest()


def test_caps_are_one_or_a_list_and_one_is_the_populations() -> None:
    caps = [{"epsilon": 1.0, "per": "lifetime", "of": "dataset"}, {"epsilon": 3.0, "per": "year"}]
    several = contract_of([AGE], privacy=PRIVACY | {"cap": caps}).privacy
    assert several.cap == Cap(epsilon=3.0, per="year") and len(several.caps) == 2
    with pytest.raises(ValueError, match="none of the population"):
        contract_of([AGE], privacy=PRIVACY | {"cap": caps[:1]})
    assert Contract.model_validate(BASE.model_dump(by_alias=True)) == BASE
