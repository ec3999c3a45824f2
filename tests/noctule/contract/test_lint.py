"""Advice on a valid contract."""

import pytest

from noctule.contract.lint import lint
from noctule.contract.load import parse
from noctule.errors import ContractError


def advice(text: str, old: str = "", new: str = "") -> str:
    edited = text.replace(old, new, 1)
    assert not old or edited != text
    return "\n".join(lint(parse(edited, "x")))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("{epsilon: 3.0", "{epsilon: 0.5", "privacy.cap: 0.5 is below one night's epsilon of 1"),
        ("{epsilon: 1.0", "{epsilon: 8.0", "privacy.epsilon: 8 is weak"),
        ("1.0e-6", "1.0e-3", "privacy.delta: 0.001 is large"),
        ("name: mst", "name: dpgan", "refused"),
        ("name: mst", "name: nonsense", "there is no engine"),
        ("engine:", "refresh: {refit: monthly}\nengine:", "means up to 13 refits in 365 days, and the cap holds 7"),
        ("unit: years", "domain_source: data_draft", "columns[3] (age).domain_source"),
        ("bins: 22", "bins: 1000", "columns[3] (age).bins"),
        (", target: true", "", "columns: none is marked target"),
        ("{column: person, max_rows: 2}", "row", "unit: each row"),
    ],
)
def test_each_piece_of_advice(text: str, old: str, new: str, line: str) -> None:
    assert line not in advice(text)
    assert line in advice(text, old, new)


def test_every_released_column_wants_a_description(text: str) -> None:
    found = advice(text)
    assert "columns[1] (full_name): has no description" in found
    assert "(person)" not in found and "(note)" not in found  # dropped


def test_columns_that_cannot_be_coded_are_an_error(text: str) -> None:
    with pytest.raises(ContractError):
        advice(text, "bounds: [0, 110]", "arrow: int8, bounds: [0, 500]")
