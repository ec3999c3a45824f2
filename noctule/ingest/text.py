"""The bytes of a CSV file as sound UTF-8 text, in chunks: decompressed, decoded, quotes and NUL checked.

pyarrow reads `"2"x` as 2x, drops a quote that never closes, and keeps NUL; hence the checks of our own.
"""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from noctule.contract.model import Source
from noctule.ingest.faults import Flaw, attempt
from noctule.ingest.source import compression

CHUNK = 1 << 20
QUOTE = ord('"')
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
FIX_QUOTES = 'put a cell with quotes in quotes and double those inside, as in "5"" pipe" (RFC 4180)'


def sound_text(path: Path, source: Source) -> Iterator[bytes]:
    """UTF-8 chunks of the file, byte order mark removed. Raises Flaw at the first fault."""
    return checked(utf8_text(path, source), source.delimiter)


def utf8_text(path: Path, source: Source) -> Iterator[bytes]:
    """As `sound_text`, without the checks of quotes and NUL; stops where the bytes stop making sense."""
    return decoded(_plain_bytes(path), source.encoding)


def _plain_bytes(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        stream = pa.PythonFile(file, mode="r")
        if squeezed := compression(path):
            stream = pa.CompressedInputStream(stream, squeezed)
        while True:
            chunk, flaw = attempt(lambda: stream.read(CHUNK))
            if flaw:
                raise flaw
            if not chunk:
                return
            yield chunk


def decoded(chunks: Iterator[bytes], declared: str) -> Iterator[bytes]:
    """The same text as UTF-8, byte order mark removed. Raises Flaw after the last sound character."""
    first = next(chunks, b"")
    codec, first = _without_mark(first, declared)
    decoder = codecs.getincrementaldecoder(codec)()
    offset, chunk = 0, first
    while True:
        wrong = False
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as problem:
            text, wrong = problem.object[: problem.start].decode(codec), True
        if codec == "latin-1" and (control := re.search("[\x80-\x9f]", text)):
            text, wrong = text[: control.start()], True
        encoded = text.encode()
        offset += len(encoded)
        if encoded:
            yield encoded
        if wrong:
            fix = "write the whole file in one encoding and declare it as source.encoding"
            raise Flaw(f"a byte is not {declared} text", fix=fix, offset=offset)
        if not chunk:
            return
        chunk = next(chunks, b"")


def _without_mark(first: bytes, declared: str) -> tuple[str, bytes]:
    for mark, codec in BOMS.items():
        if first.startswith(mark):
            if not codec.startswith(declared):
                found = "utf-16" if codec.startswith("utf-16") else codec
                raise Flaw(
                    f"the file begins with the mark of {found}, but source.encoding is {declared}",
                    fix=f"declare source.encoding: {found}",
                )
            return codec, first[len(mark) :]
    return ("utf-16-le" if declared == "utf-16" else declared), first  # no mark: as Windows writes it


def checked(chunks: Iterator[bytes], delimiter: str) -> Iterator[bytes]:
    """The same chunks, as long as they are free of NUL and quoted as RFC 4180 has it; else raises Flaw."""
    edge = np.zeros(256, dtype=bool)  # what may stand before an opening and after a closing quote
    edge[[ord(delimiter), ord("\n"), ord("\r"), QUOTE]] = True
    offset, before, quoted, opened_at = 0, b"\n", False, 0
    for chunk in chunks:
        if (nul := chunk.find(b"\0")) >= 0:
            fix = "remove NUL; if every second byte is NUL, the file is UTF-16: declare source.encoding: utf-16"
            raise Flaw("there is a NUL character", fix=fix, offset=offset + nul)
        if quoted or before[0] == QUOTE or QUOTE in chunk:
            window = np.frombuffer(before + chunk, dtype=np.uint8)  # window[i] is byte offset + i - 1
            at = np.flatnonzero(window[1:] == QUOTE) + 1
            opens = (np.arange(len(at)) + quoted) % 2 == 0
            closings = at[~opens]
            if before[0] == QUOTE and not quoted:
                closings = np.concatenate([[0], closings])
            after = closings[closings + 1 < len(window)] + 1
            misplaced = [*at[opens][~edge[window[at[opens] - 1]]], *(after[~edge[window[after]]] - 1)]
            if misplaced:
                what = "a quote stands inside a cell that is not quoted in full"
                raise Flaw(what, fix=FIX_QUOTES, offset=offset + int(min(misplaced)) - 1)
            if opens.any():
                opened_at = offset + int(at[opens][-1]) - 1
            quoted ^= bool(len(at) % 2)
        offset, before = offset + len(chunk), chunk[-1:]
        yield chunk
    if quoted:
        raise Flaw("a quote is opened and never closed", fix=FIX_QUOTES, offset=opened_at)


class TextStream(io.RawIOBase):
    """The chunks as a file that pyarrow can read. `last` is the last byte given out so far."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest, self.last = chunks, b"", b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]  # narrower
        if not self._rest:
            self._rest = next(self._chunks, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self.last = self._rest[count - 1 : count] or self.last
        self._rest = self._rest[count:]
        return count
