"""Text in every encoding."""

import pyarrow as pa
import pytest

from noctule.codes.text import as_encoded, plain_text, require_room
from noctule.errors import ContractError, DataError

CELLS = ["a", None, "", "a"]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.uint16(), pa.large_string()),
    ],
    ids=str,
)
def test_encodings_are_put_on_and_taken_off(kind: pa.DataType) -> None:
    encoded = as_encoded(pa.array(CELLS), kind)
    assert encoded.type == kind and encoded.to_pylist() == CELLS
    assert plain_text(encoded, "x").to_pylist() == CELLS


def test_numbers_are_not_text() -> None:
    with pytest.raises(DataError, match="int64 where the contract says text"):
        plain_text(pa.array([1]), "x")


def test_an_index_must_count_every_value() -> None:
    require_room("x", pa.dictionary(pa.int8(), pa.string()), 128)
    require_room("x", pa.dictionary(pa.int32(), pa.string()), None)
    require_room("x", pa.string(), None)
    for kind, distinct in ((pa.int8(), 129), (pa.uint8(), 257), (pa.int16(), None)):
        with pytest.raises(ContractError, match="too narrow"):
            require_room("x", pa.dictionary(kind, pa.string()), distinct)
