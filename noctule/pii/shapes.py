"""What the cells of a text or integer column look like: checksums and shapes, as a share of a sample of cells."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from noctule.pii.persons import person_kind
from noctule.pii.words import words

Predicate = Callable[[str], bool]
MOST = 0.8  # a checksum passes by chance in about one cell of ten, so it counts as a statistic of the column
HALF = 0.5
MANY = 15  # fewer different ones are a list: "18 to 24", "Ward 7, Hill Street"
SPARSE = 0.03  # an e-mail address is so specific that a few cells of prose are enough


@dataclass(frozen=True)
class Shape:
    """What the sampled cells are, and why, without a cell."""

    pii: str
    reason: str
    confidence: float


def shape(cells: Sequence[str]) -> Shape | None:
    """The first shape that enough of the sampled cells have, the most specific first; None when there is none."""
    if not cells:
        return None
    for pii, reason, test, enough, confidence in _TESTS:
        if share(cells, test) >= enough and (pii != "address" or len(set(cells)) >= MANY):
            return Shape(pii, reason, confidence)
    if _is_national(cells):
        return Shape("national_id", "national identity numbers by checksum", 0.9)
    if _addresses_of_machines(cells):
        return Shape("ip", "IP addresses", 0.9)
    if are_birth_dates(cells):
        return Shape("date_of_birth", "dates that span a lifetime", 0.6)
    if kind := person_kind(cells):
        return Shape(kind, "common personal names", 0.7)
    return None


def share(cells: Sequence[str], test: Predicate) -> float:
    return sum(map(test, cells)) / max(1, len(cells))


def is_measure(cell: str) -> bool:
    """Numbers in fixed places that measure something: decimals, dates, times, 120/80, 2.10.3, 12.5 mg, #a0b1c2."""
    return bool(_MEASURE.fullmatch(cell.strip()))


_MEASURE = re.compile(
    r"""[-+]?\d{1,3}([,' ]\d{3})*([.,]\d+)?\s?[^\W\d_]{0,3}[%€$]? | [-+]?\d*[.,]\d+([eE][-+]?\d+)?\s?\S{0,6}
    | [€$£]\s?[\d.,]+
    | \d{1,3}\s?[/x:-]\s?\d{1,3} | v?\d{1,3}(\.\d{1,3}){1,3}([-+.]?(a|b|rc|alpha|beta|dev)\.?\d*)?
    | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\S+)? | \d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ]\S+)?
    | \d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s?([aApP][mM])? | \#[0-9a-fA-F]{6} | \d{4}-?[QW]\d{1,2} | \d{4}-\d{2}""",
    re.VERBOSE,
)


def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")


def _is_email(cell: str) -> bool:
    return bool(re.search(r"(?<![\w.+-])[\w.+-]+@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}", cell))


def _is_url(cell: str) -> bool:
    return bool(re.fullmatch(r"(https?://|www\.)[^\s/]+\.[^\s]+", cell.strip()))


def _is_iban(cell: str) -> bool:
    return bool(re.match(r"\s*[A-Za-z]{2}[0-9]{2}[ -~]+$", cell)) and bool(
        _module("iban").is_valid(cell, check_country=False)
    )


def _is_mac(cell: str) -> bool:
    return bool(re.fullmatch(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}", cell.strip()))


def _is_card(cell: str) -> bool:
    digits = re.sub(r"[ -]", "", cell.strip())
    return bool(re.fullmatch(r"[1-9][0-9]{11,18}", digits)) and bool(_module("luhn").is_valid(digits))


def _is_ssn(cell: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", cell.strip())) and bool(
        _module("us.ssn").is_valid(cell.strip()) or _module("us.itin").is_valid(cell.strip())
    )


def _is_nino(cell: str) -> bool:
    return bool(re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]?", cell.strip()))


def _is_vin(cell: str) -> bool:
    letters = re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", cell.strip())
    return bool(letters) and not cell.strip().isdigit()


def _is_geo(cell: str) -> bool:
    return bool(re.fullmatch(r"\(?-?\d{1,2}\.\d{3,},\s*-?\d{1,3}\.\d{3,}\)?", cell.strip()))


# Each with a check digit, or with a birth date and letters in fixed places.
_NATIONAL = sorted(
    words(
        "be.nn br.cpf ca.sin ch.ssn cn.ric cz.rc de.idnr ee.ik es.nie es.nif fi.hetu fr.nir gb.nhs gr.amka hr.oib "
        "ie.pps in_.aadhaar in_.pan is_.kennitala it.codicefiscale kr.rrn mx.curp nl.bsn pl.pesel pt.nif "
        "no.fodselsnummer ro.cnp se.personnummer tr.tckimlik za.idnr at.vnr bg.egn"
    )
)


def _of_nation(name: str) -> Predicate:
    checksum = _module(name).is_valid

    def test(cell: str) -> bool:
        return cell.isascii() and 9 <= len(cell.strip()) <= 20 and bool(checksum(cell))

    return test


def _is_national(cells: Sequence[str]) -> bool:
    """Whether one nation's checksum holds for most cells; a few cells rule most nations out."""
    first = cells[:10]
    likely = [name for name in _NATIONAL if share(first, _of_nation(name)) >= HALF]
    return any(share(cells, _of_nation(name)) >= MOST for name in likely)


def _is_phone(cell: str) -> bool:
    """Needs a plus, a leading zero, or the groups of a national format; 120/80, dates and versions have none."""
    import phonenumbers

    text = re.sub(r"\s*(x|ext\.?|#)\s*\d{1,6}$", "", cell.strip(), flags=re.IGNORECASE)
    digits = re.sub(r"\D", "", text)
    if not re.fullmatch(r"[+(]*\d[\d\s().\-/]*", text) or not 7 <= len(digits) <= 15:
        return False
    if is_measure(text) or re.fullmatch(r"\d{5}-\d{4}|\d{3}-\d{2}-\d{4}", text):
        return False
    if re.match(r"\(?\+|00[1-9]", text):
        return len(digits) >= 8
    if re.fullmatch(r"(1[-. ])?(\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}", text):
        return True  # North America; fakes there seldom have a real area code
    if text.startswith(("0", "(0")):
        return len(digits) >= 9
    if len(re.findall(r"\d+", text)) < 3:
        return False  # as likely an order number, or a range
    return any(
        phonenumbers.is_valid_number(number)
        for region in ("ES", "PL", "IT", "PT", "DK", "NO", "BR", "FR", "CZ")
        if (number := _parsed_phone(text, region)) is not None
    )


def _parsed_phone(text: str, region: str) -> Any:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _addresses_of_machines(cells: Sequence[str]) -> bool:
    """IP addresses; four small parts are a version, so some of the parts must be large."""
    parsed = [_parsed_ip(cell) for cell in cells]
    if sum(address is not None for address in parsed) < MOST * len(cells):
        return False
    large = [a for a in parsed if a is not None and (a.version == 6 or max(a.packed) >= 100)]
    return len(large) >= 0.3 * len(cells)


def _parsed_ip(cell: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(cell.strip())
    except ValueError:
        return None


def are_birth_dates(cells: Sequence[str]) -> bool:
    """Dates whose years span 30 or more between the 5th and the 95th percentile: events span fewer."""
    found = [re.match(r"(\d{4})-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](\d{4})$", cell.strip()) for cell in cells]
    years = sorted(int(match[1] or match[2]) for match in found if match)
    if len(years) < max(20, 0.9 * len(cells)):
        return False
    return years[len(years) * 95 // 100] - years[len(years) * 5 // 100] >= 30


_STREET = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|blvd|boulevard|way|place|pl|square|sq|terrace|crescent|"
    r"close|grove|gardens?|hill|park|walk|apt|suite|flat|studio|unit|box|strasse|straße|str|weg|allee|platz|gasse|ring|"
    r"rue|chemin|impasse|quai|place|calle|avenida|paseo|plaza|camino|ronda|via|viale|piazza|corso|vicolo|largo|strada|"
    r"straat|laan|plein|hof|dreef|singel|kade|ul|ulica|aleja|pl|gatan|vägen|vej|gade|tie|katu|rua|travessa|praça"
)
_ADDRESS = (
    re.compile(rf"\b\d{{1,5}}[a-zA-Z]?\b.*\b({_STREET})\b", re.IGNORECASE | re.DOTALL),
    re.compile(rf"\b({_STREET})\b.*\b\d{{1,5}}[a-zA-Z]?\b", re.IGNORECASE | re.DOTALL),
    re.compile(
        r"\w+(strasse|straße|str\.|weg|allee|platz|gasse|ring|straat|laan|plein|hof|dreef|singel|baan|pad|gatan|vägen|"
        r"vej|allé|gränd|stigen|gade|tie|katu|polku)\s+\d{1,4}([/-]\d+)?\s*[a-zA-Z]?\b",
        re.IGNORECASE,
    ),
    re.compile(r"^\d{1,6}(\s[A-Z][\w'.-]*){2,5}(\s(Apt|Suite|Unit)\.?\s\d+)?$"),
)


def _is_address(cell: str) -> bool:
    return len(cell) <= 160 and any(pattern.search(cell) for pattern in _ADDRESS)


_TESTS: tuple[tuple[str, str, Predicate, float, float], ...] = (
    ("email", "e-mail addresses", _is_email, SPARSE, 0.95),
    ("iban", "IBANs by check digits", _is_iban, MOST, 0.95),
    ("mac", "MAC addresses", _is_mac, MOST, 0.95),
    ("card", "card numbers by Luhn's check digit", _is_card, MOST, 0.9),
    ("national_id", "US social security numbers", _is_ssn, HALF, 0.9),
    ("national_id", "UK national insurance numbers", _is_nino, MOST, 0.9),
    ("vin", "vehicle identification numbers", _is_vin, MOST, 0.9),
    ("geo", "coordinates", _is_geo, MOST, 0.9),
    ("url", "URLs", _is_url, HALF, 0.8),
    ("phone", "phone numbers", _is_phone, HALF, 0.85),
    ("address", "street addresses", _is_address, HALF, 0.8),
)
