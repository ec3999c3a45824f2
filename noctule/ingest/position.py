"""Row and column of a byte in a CSV text: a second pass, made only when a file is refused."""

import re
from collections.abc import Iterator

from noctule.ingest.faults import Flaw

# A final "\r" waits for the next chunk: "\n" may follow it.
LINE_END = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)


def position(chunks: Iterator[bytes], offset: int, delimiter: str, *, single: bool) -> tuple[int, int]:
    """(row, column) of the byte at `offset`; row 0 is the header, columns count from 0.

    `single`: the file has one column, where a blank line is a row; elsewhere blank lines are skipped.
    """
    row, line, quoted = 0, b"", False
    for chunk in _first_bytes(chunks, offset):
        segments = chunk.split(b'"')
        segments[not quoted :: 2] = [b"q"] * len(segments[not quoted :: 2])  # inside quotes nothing ends a cell
        quoted ^= len(segments) % 2 == 0
        lines = LINE_END.split(line + b"".join(segments))
        line = lines.pop()
        row += len(lines) if single else sum(1 for other in lines if other)
    if line.endswith(b"\r"):
        row, line = row + (single or len(line) > 1), b""
    return row, line.count(delimiter.encode())


def _first_bytes(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            yield chunk[:count]
            count -= len(chunk)
            if count <= 0:
                return
    except Flaw:  # the text ends at the fault that is being placed
        return
