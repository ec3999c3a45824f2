"""Chunks of bytes to sound UTF-8: encodings and quotes, whatever the cuts between chunks."""

import csv
import io
import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.ingest.faults import Flaw
from noctule.ingest.text import checked, decoded


def cut(content: bytes, seed: int) -> Iterator[bytes]:
    """The content in chunks of 1 to 7 bytes."""
    chance, at = random.Random(seed), 0
    while at < len(content):
        size = chance.randint(1, 7)
        yield content[at : at + size]
        at += size


def first_fault(text: bytes) -> int | None:
    """Offset of the first misplaced quote by the grammar of RFC 4180, state by state; None for sound text."""
    state, opened, quote = "start", 0, ord('"')
    for at, byte in enumerate(text):
        ends = byte in b",\r\n"
        if state == "quoted":
            state = "after" if byte == quote else "quoted"
        elif state == "after":
            if not ends and byte != quote:
                return at - 1
            state = "start" if ends else "quoted"
            opened = at if state == "quoted" else opened
        elif byte == quote:
            if state == "plain":
                return at
            state, opened = "quoted", at
        else:
            state = "start" if ends else "plain"
    return opened if state == "quoted" else None


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet='a,"\n\r', max_size=40), st.integers(0, 9))
def test_quotes_follow_the_grammar(text: str, seed: int) -> None:
    content, out, found = text.encode(), b"", None
    try:
        for chunk in checked(cut(content, seed), ","):
            out += chunk
    except Flaw as flaw:
        found = flaw.offset
    assert found == first_fault(content)
    assert content.startswith(out) and (found is not None or out == content)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab ,;"\n\ré', max_size=6), min_size=2, max_size=3), min_size=1, max_size=6),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(0, 9),
)
def test_what_a_csv_writer_writes_is_sound(rows: list[list[str]], quoting: int, seed: int) -> None:
    sink = io.StringIO()
    csv.writer(sink, quoting=quoting).writerows(rows)  # pyright: ignore[reportArgumentType]
    content = sink.getvalue().encode()
    assert b"".join(checked(cut(content, seed), ",")) == content


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet=st.characters(codec="cp1252", exclude_characters="\0"), max_size=30),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.booleans(),
    st.integers(0, 9),
)
def test_decoding_undoes_encoding(text: str, encoding: str, mark: bool, seed: int) -> None:
    text = text.lstrip("ÿþï»¿")  # what stands first must not look like a mark
    codec = {"utf-16": "utf-16-be" if mark else "utf-16-le", "utf-8": "utf-8-sig" if mark else "utf-8"}.get(encoding)
    content = text.encode(codec or encoding)
    content = b"\xfe\xff" + content if codec == "utf-16-be" else content
    chunks = itertools.chain([content[:4]], cut(content[4:], seed))
    assert b"".join(decoded(chunks, encoding)) == text.encode()


@pytest.mark.parametrize(
    ("content", "encoding", "offset"),
    [
        ("aé".encode() + b"\xe9z", "utf-8", 3),
        (b"ab\xc3", "utf-8", 2),
        (b"a\xe9\x81", "cp1252", 3),
        (b"a\xe9\x80", "latin-1", 3),
        ("aé".encode("utf-16-le") + b"\x00\xd8x\x00", "utf-16", 3),
    ],
)
def test_the_offset_of_a_wrong_byte_counts_utf8(content: bytes, encoding: str, offset: int) -> None:
    for seed in range(5):
        with pytest.raises(Flaw) as caught:
            list(decoded(itertools.chain([content[:3]], cut(content[3:], seed)), encoding))
        assert caught.value.offset == offset
        assert caught.value.__context__ is None


def test_nul_is_placed() -> None:
    with pytest.raises(Flaw) as caught:
        list(checked(iter([b"abc", b"d\0"]), ","))
    assert caught.value.offset == 4
