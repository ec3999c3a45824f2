"""YAML without its traps."""

from datetime import date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract import strict_yaml


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "on", "off", "y", "True", "FALSE", "12:30", "190:20:30", "007", "08", "1_000", "0x1F", "0o7", ".inf",
     ".nan", "Null", "NULL", "<<", "08.5", "="],
)  # fmt: skip
def test_text_that_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert strict_yaml.read(f"[{text}]") == [text]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("1e-6", 1e-6),
        ("1.5", 1.5),
        ("1.0e-6", 1e-6),
        ("null", None),
        ("~", None),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29 10:00:00", datetime(2024, 2, 29, 10)),
    ],
)
def test_plain_scalars(text: str, value: Any) -> None:
    read = strict_yaml.read(f"key: {text}")["key"]
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: 2\na: 3", 3, "stands twice"),
        ("a:\n  b: 1\n  b: 2", 3, "stands twice"),
        ("a: &x 1\nb: *x", 1, "anchors"),
        ("a: 1\nb: *x", 2, "aliases"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tags"),
        ("a: !!int '3'", 1, "tags"),
        ("[" * 30, 1, "deeper"),
        ("a: 1\nb: 2024-02-30", 2, "no such date"),
        ("a: 2024-01-01 99:00:00", 1, "no such date"),
        ("a: " + "9" * 5000, 1, "no such date or number"),
        ("2024-01-01: a", 1, "quote it"),
        ("a: 1\n---\nb: 2", 2, "another document"),
    ],
)
def test_traps_are_refused_with_their_line(text: str, line: int, word: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        strict_yaml.read(text)
    assert word in (caught.value.problem or "")
    assert caught.value.problem_mark is not None and caught.value.problem_mark.line + 1 == line


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{k}: &{k} [*{p}, *{p}]\n" for p, k in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(yaml.MarkedYAMLError, match="anchors"):
        strict_yaml.read(bomb)


traps = ["NO", "1e5", "007", "12:30", "true", "null", "", " a ", "a: b", "#x", "- x", "é", "a\nb", "*x"]
scalars = st.one_of(
    st.sampled_from(traps),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text("abc1é NO", min_size=1, max_size=5), st.one_of(scalars, st.lists(scalars)), max_size=5))
def test_written_content_is_read_back(content: dict[str, Any]) -> None:
    assert strict_yaml.read(strict_yaml.write(content)) == content


@settings(max_examples=200, deadline=None)
@given(scalars)
def test_a_scalar_fits_into_a_line_of_a_flow_list(value: Any) -> None:
    line = strict_yaml.scalar(value)
    assert "\n" not in line
    assert strict_yaml.read(f"key: [{line}, x]")["key"] == [value, "x"]
    assert strict_yaml.read(f"{{k: {line}}}") == {"k": value}
