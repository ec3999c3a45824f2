"""Row and column of a byte, against tables whose every cell's place is known."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.ingest.position import position

CELL = st.sampled_from(["", "a", "é", '"x"', '"a,b"', '"l\nm\r\n"', '"q""r"', '""'])


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 3), st.sampled_from(["\n", "\r", "\r\n"]), st.integers(0, 99))
def test_every_cell_is_found(data: st.DataObject, width: int, end: str, seed: int) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=5))
    text, starts = "", []
    for row in rows:
        for column, cell in enumerate(row):
            starts.append(len(text.encode()))
            text += cell + ("," if column < width - 1 else end)
    chance, content = random.Random(seed), text.encode()
    target = chance.randrange(len(starts))
    cuts = sorted(chance.sample(range(1, len(content)), min(3, len(content) - 1)))
    chunks = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert position(iter(chunks), starts[target], ",", single=width == 1) == divmod(target, width)


def test_blank_lines_are_rows_only_in_a_file_of_one_column() -> None:
    assert position(iter([b"a\n\n\nb"]), 4, ",", single=False) == (1, 0)
    assert position(iter([b"a\n\n\nb"]), 4, ",", single=True) == (3, 0)
    assert position(iter([b"a\r", b"\n\r\n", b"b"]), 5, ",", single=True) == (2, 0)
