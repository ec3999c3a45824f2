"""Names in the first line, and against the contract."""

from collections.abc import Callable

import pytest

from noctule.contract import Contract
from noctule.errors import DataError
from noctule.ingest.header import first_line, names_of, require_columns


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"a,b\n1,2\n", ["a", "b"]),
        (b"a,b\r1,2", ["a", "b"]),
        (b"a,b", ["a", "b"]),
        (b'"a,b","c\nd"\n1', ["a,b", "c\nd"]),
        (b'"say ""x""",b\n', ['say "x"', "b"]),
        ("größe,b\n".encode(), ["größe", "b"]),
        (b"\na,b\n", []),
        (b"x" * 200_000, []),
    ],
)
def test_names(text: bytes, names: list[str]) -> None:
    assert names_of(first_line(text), ",") == names


def test_any_order_passes(contract_for: Callable[..., Contract]) -> None:
    require_columns(["b", "a"], ["a", "b"], contract_for().source)
    require_columns(["b", "x", "a"], ["a", "b"], contract_for(extra="drop").source)


def test_undeclared_names_are_not_printed(contract_for: Callable[..., Contract]) -> None:
    with pytest.raises(DataError, match="numbers 2, 4") as caught:
        require_columns(["a", "secret", "b", "secret2"], ["a", "b"], contract_for().source)
    assert "secret" not in str(caught.value)
