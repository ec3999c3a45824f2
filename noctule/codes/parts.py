"""Numbers out of texts: of a public format, such as "120/80", or beside special codes."""

import pyarrow as pa

from noctule.arrow import pc
from noctule.contract.columns import NumericColumn, TemplateColumn


def template_parts(values: pa.Array | pa.ChunkedArray, column: TemplateColumn) -> dict[str, pa.Array]:
    """Part name -> int64 of the same length, null where the text is null or does not fit the whole format."""
    found = pc.extract_regex(values, f"^{column.pattern}$")
    return {name: pc.struct_field(found, [i]).cast(pa.int64()) for i, name in enumerate(column.fields)}


def number_pattern(column: NumericColumn) -> str:
    """Regular expression of a number in a column of text, not anchored; `special` codes stand beside such numbers."""
    if column.type == "integer":
        return r"[-+]?[0-9]+(?:\.0*)?"
    return r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
