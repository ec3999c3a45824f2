"""Shapes and checksums as statistics of a column, and the look-alikes they must not take."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.pii.shapes import is_measure, shape

Make = Callable[[random.Random], str]


def column(make: Make, rows: int = 200) -> list[str]:
    rng = random.Random(5)
    return [make(rng) for _ in range(rows)]


def digits(rng: random.Random, n: int) -> str:
    return str(rng.randrange(10 ** (n - 1), 10**n))


def card(rng: random.Random) -> str:
    from stdnum import luhn

    body = "4" + digits(rng, 14)
    return body + luhn.calc_check_digit(body)


@pytest.mark.parametrize(
    ("pii", "make"),
    [
        ("email", lambda r: f"x{r.random()}@mail.example.org"),
        ("email", lambda r: "called, no answer" if r.random() < 0.9 else f"write to a{r.random()}@example.org"),
        ("card", card),
        ("card", lambda r: " ".join([(c := card(r))[:4], c[4:8], c[8:12], c[12:]])),
        ("national_id", lambda r: f"{r.randrange(100, 665)}-{r.randrange(10, 99)}-{r.randrange(1000, 9999)}"),
        ("phone", lambda r: f"+49 30 {digits(r, 7)}"),
        ("phone", lambda r: f"({r.randrange(200, 989)}) {r.randrange(200, 999)}-{digits(r, 4)}"),
        ("phone", lambda r: f"030/{digits(r, 8)}"),
        ("ip", lambda r: ".".join(str(r.randrange(1, 255)) for _ in range(4))),
        ("mac", lambda r: ":".join(f"{r.randrange(256):02x}" for _ in range(6))),
        ("url", lambda r: f"https://example.org/{r.random()}"),
        ("geo", lambda r: f"{r.uniform(-60, 60):.5f},{r.uniform(-170, 170):.5f}"),
        ("address", lambda r: f"{r.randrange(1, 900)} {r.choice(['Elm', 'Oak', 'High'])} Street"),
        ("address", lambda r: f"{r.choice(['Linden', 'Haupt', 'Berg'])}straße {r.randrange(1, 90)}"),
        ("date_of_birth", lambda r: f"{r.randrange(1935, 2015)}-{r.randrange(1, 13):02d}-{r.randrange(1, 28):02d}"),
    ],
)
def test_personal_shapes(pii: str, make: Make) -> None:
    found = shape(column(make))
    assert found is not None
    assert found.pii == pii


@pytest.mark.parametrize(
    "make",
    [
        lambda r: f"{r.randrange(90, 190)}/{r.randrange(50, 110)}",  # blood pressure
        lambda r: ".".join(str(r.randrange(20)) for _ in range(4)),  # four-part version
        lambda r: digits(r, 9),  # order number: not an SSN
        lambda r: str(1_700_000_000 + r.randrange(10**7)),  # epoch seconds: not a phone
        lambda r: digits(r, 16),  # Luhn holds for one in ten
        lambda r: digits(r, 10),  # mod 11 holds for one in eleven
        lambda r: f"2024-{digits(r, 6)}",
        lambda r: f"{r.randrange(2000, 2010)}-{r.randrange(2010, 2020)}",  # a range of years
        lambda r: f"{r.randrange(10, 99)}000-{r.randrange(10, 99)}999",  # an income band
        lambda r: f"{r.randrange(2020, 2025)}-{r.randrange(1, 13):02d}-{r.randrange(1, 28):02d}",  # dates of events
        lambda r: f"{r.randrange(1, 60)} to {r.randrange(60, 99)} days",
        lambda r: r.choice(["White", "Black", "Brown", "Green"]),  # few values are a category
        lambda r: r.choice(["North", "Lake", "Port"]) + " " + r.choice(["Michael", "Mary", "John", "Lisa"]),
    ],
)
def test_look_alikes(make: Make) -> None:
    assert shape(column(make)) is None


@pytest.mark.parametrize(
    "cell", ["120/80", "3.14", "-2", "1,250.50", "12.5 mg", "2024-02-30", "10:45", "v2.10.3", "#a0b1c2"]
)
def test_measures(cell: str) -> None:
    assert is_measure(cell)


@pytest.mark.parametrize("cell", ["123456789", "INV-2024-000123", "a0b1c2d3", "Anna", "555-12-3456"])
def test_keys_are_not_measures(cell: str) -> None:
    assert not is_measure(cell)


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_is_judged_and_none_is_quoted(cells: list[str]) -> None:
    shape(cells)


@given(st.lists(st.from_regex(r"[0-9²٣१ +\-./()xA-Z]{7,22}", fullmatch=True), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_near_number_is_judged(cells: list[str]) -> None:
    """Digits of other scripts are where checksum code written for ASCII breaks."""
    shape(cells)
