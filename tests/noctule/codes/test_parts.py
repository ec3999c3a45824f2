"""Numbers out of texts of a public format."""

import pyarrow as pa
import pytest

from noctule.codes.parts import template_parts
from noctule.contract.columns import Part, TemplateColumn

PART = Part(type="integer", bounds=(0, 300))
COLUMN = TemplateColumn(name="bp", type="text", format="[{sys}] (of {dia}).", parts={"dia": PART, "sys": PART})
TEXTS = ["[120] (of 80).", None, "120/80", "[-1] (of 007).", "[120] (of 80)x", ""]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_parts_by_name_and_null_where_the_format_is_not_kept(kind: pa.DataType) -> None:
    parts = template_parts(pa.array(TEXTS, kind), COLUMN)
    assert {name: numbers.to_pylist() for name, numbers in parts.items()} == {
        "sys": [120, None, None, -1, None, None],
        "dia": [80, None, None, 7, None, None],
    }


def test_chunked_columns_stay_chunked() -> None:
    chunks = pa.chunked_array([TEXTS[:2], [], TEXTS[2:]], pa.string())
    parts = template_parts(chunks, COLUMN)
    assert parts["sys"].to_pylist() == [120, None, None, -1, None, None]
    assert parts["sys"].type == pa.int64()
