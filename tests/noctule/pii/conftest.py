"""A labelled table: columns of fakes in a dozen locales, keys, prose, quasi-identifiers, and look-alikes.

Detection never sees Faker's word lists: its own gazetteer and rules were written before and apart from them.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import pyarrow as pa
import pytest

ROWS, NULL_SHARE = 300, 0.05
Label = Literal["direct", "key", "prose", "quasi", "none"]
Variant = Literal["informative", "neutral", "mixed", "mixed2"]


@dataclass(frozen=True)
class Labelled:
    header: str
    label: Label
    make: Callable[[random.Random], Any]


@pytest.fixture
def labelled_table() -> Callable[[Variant, int], tuple[pa.Table, dict[str, Label]]]:
    """(variant, seed) -> the table, and the label of each of its columns."""
    return table


def columns(seed: int) -> list[Labelled]:
    return [*_direct(seed), *_keys(), *_prose(seed), *_quasi(seed), *_look_alikes(seed)]


def table(variant: Variant, seed: int) -> tuple[pa.Table, dict[str, Label]]:
    """ROWS rows of every column; neutral headers are c0, c1 ...; mixed ones alternate, mixed2 the other way round."""
    data: dict[str, list[Any]] = {}
    labels: dict[str, Label] = {}
    for place, (header, label, cells) in enumerate(_cells(seed)):
        neutral = {"informative": False, "neutral": True, "mixed": place % 2 == 0, "mixed2": place % 2 == 1}[variant]
        name = f"c{place}" if neutral else header
        data[name], labels[name] = cells, label
    return pa.table(data), labels


@cache
def _cells(seed: int) -> list[tuple[str, Label, list[Any]]]:
    rng = random.Random(seed)
    return [
        (c.header, c.label, [None if rng.random() < NULL_SHARE else c.make(rng) for _ in range(ROWS)])
        for c in columns(seed)
    ]


def _fakes(seed: int) -> Callable[[str, str], Callable[[random.Random], Any]]:
    from faker import Faker

    made: dict[str, Faker] = {}

    def fake(locale: str, method: str) -> Callable[[random.Random], Any]:
        if locale not in made:
            made[locale] = Faker(locale)
            made[locale].seed_instance(seed)
        return lambda rng: getattr(made[locale], method)()

    return fake


def _direct(seed: int) -> Iterator[Labelled]:
    fake = _fakes(seed)
    given: list[tuple[str, str, str]] = [
        ("patient_name", "en_US", "name"),
        ("Name des Patienten", "de_DE", "name"),
        ("nom_complet", "fr_FR", "name"),
        ("nombreCompleto", "es_ES", "name"),
        ("nome e cognome", "it_IT", "name"),
        ("volledige_naam", "nl_NL", "name"),
        ("contact name", "sv_SE", "name"),
        ("imie_nazwisko", "pl_PL", "name"),
        ("customerFullName", "en_GB", "name"),
        ("FirstName", "en_US", "first_name"),
        ("Vorname", "de_DE", "first_name"),
        ("prenom", "fr_FR", "first_name"),
        ("LAST_NAME", "en_US", "last_name"),
        ("nachname", "de_DE", "last_name"),
        ("apellidos", "es_ES", "last_name"),
        ("cognome", "it_IT", "last_name"),
        ("email", "en_US", "email"),
        ("EMailAdresse", "de_DE", "email"),
        ("courriel", "fr_FR", "safe_email"),
        ("phone_number", "en_US", "phone_number"),
        ("MobileNo", "en_GB", "phone_number"),
        ("Telefonnummer", "de_DE", "phone_number"),
        ("telephone", "fr_FR", "phone_number"),
        ("telefono movil", "es_ES", "phone_number"),
        ("cellulare", "it_IT", "phone_number"),
        ("telefoonnummer", "nl_NL", "phone_number"),
        ("telefone", "pt_BR", "phone_number"),
        ("street_address", "en_US", "street_address"),
        ("HomeAddress", "en_US", "address"),
        ("billing_addr_1", "en_GB", "address"),
        ("Anschrift", "de_DE", "address"),
        ("adresse", "fr_FR", "street_address"),
        ("indirizzo", "it_IT", "street_address"),
        ("straat_huisnummer", "nl_NL", "street_address"),
        ("ssn", "en_US", "ssn"),
        ("nationalInsuranceNo", "en_GB", "ssn"),
        ("numero_securite_sociale", "fr_FR", "ssn"),
        ("codice_fiscale", "it_IT", "ssn"),
        ("BSN", "nl_NL", "ssn"),
        ("pesel", "pl_PL", "ssn"),
        ("personnummer", "sv_SE", "ssn"),
        ("hetu", "fi_FI", "ssn"),
        ("cpf", "pt_BR", "cpf"),
        ("credit_card_number", "en_US", "credit_card_number"),
        ("iban", "de_DE", "iban"),
        ("IBAN_Empfaenger", "en_GB", "iban"),
        ("client_ip", "en_US", "ipv4"),
        ("ipv6", "en_US", "ipv6"),
        ("macAddress", "en_US", "mac_address"),
        ("profile_url", "en_US", "uri"),
        ("username", "en_US", "user_name"),
        ("VIN", "en_US", "vin"),
        ("Kennzeichen", "de_DE", "license_plate"),
        ("passport_number", "en_US", "passport_number"),
        ("password", "en_US", "password"),
        ("ein_or_tax_id", "en_US", "itin"),
    ]
    for header, locale, method in given:
        yield Labelled(header, "direct", fake(locale, method))
    yield Labelled("nhs_number", "direct", _nhs)
    yield Labelled("gps", "direct", lambda rng: f"{rng.uniform(-60, 60):.5f}, {rng.uniform(-180, 180):.5f}")


def _nhs(rng: random.Random) -> str:
    while True:
        digits = [rng.randrange(10) for _ in range(9)]
        check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            text = "".join(map(str, [*digits, check % 11]))
            return f"{text[:3]} {text[3:6]} {text[6:]}"


def _keys() -> Iterator[Labelled]:
    yield Labelled("MRN", "key", lambda rng: rng.randrange(10_000_000, 99_999_999))
    yield Labelled("customerId", "key", lambda rng: rng.randrange(100, 10_000))
    yield Labelled("order_number", "key", lambda rng: rng.randrange(100_000_000, 999_999_999))
    yield Labelled("order_ref", "key", lambda rng: str(rng.randrange(100_000_000, 999_999_999)))
    yield Labelled("session_uuid", "key", lambda rng: str(uuid.UUID(int=rng.getrandbits(128))))
    yield Labelled("row_sha1", "key", lambda rng: f"{rng.getrandbits(160):040x}")
    yield Labelled("invoice", "key", lambda rng: f"INV-{rng.randrange(2019, 2025)}-{rng.randrange(10**6):06d}")


def _prose(seed: int) -> Iterator[Labelled]:
    fake = _fakes(seed)
    yield Labelled("notes", "prose", fake("en_US", "sentence"))
    yield Labelled("Bemerkung", "prose", fake("de_DE", "text"))
    yield Labelled("comentarios", "prose", fake("es_ES", "paragraph"))


def _quasi(seed: int) -> Iterator[Labelled]:
    fake = _fakes(seed)
    yield Labelled("city", "quasi", fake("en_US", "city"))
    yield Labelled("Wohnort", "quasi", fake("de_DE", "city"))
    yield Labelled("zip_code", "quasi", fake("en_US", "postcode"))
    yield Labelled("dob", "quasi", fake("en_US", "date_of_birth"))
    yield Labelled("employer", "quasi", fake("en_US", "company"))
    yield Labelled("latitude", "quasi", lambda rng: rng.uniform(-60, 60))


def _look_alikes(seed: int) -> Iterator[Labelled]:
    fake = _fakes(seed)
    plain: list[tuple[str, Callable[[random.Random], Any]]] = [
        ("age", lambda rng: rng.randrange(0, 100)),
        ("blood_pressure", lambda rng: f"{rng.randrange(90, 190)}/{rng.randrange(50, 110)}"),
        ("event_epoch", lambda rng: 1_700_000_000 + rng.randrange(40_000) * 900),
        ("salary", lambda rng: rng.randrange(20, 150) * 1000),
        ("list_price", lambda rng: round(rng.uniform(1, 900), 2)),
        ("price_text", lambda rng: f"{rng.uniform(1, 900):.2f}"),
        ("temperature", lambda rng: rng.gauss(37, 0.6)),
        ("dose", lambda rng: f"{rng.randrange(1, 400) / 2} mg"),
        ("software_version", lambda rng: ".".join(str(rng.randrange(20)) for _ in range(3))),
        ("ip_version", lambda rng: ".".join(str(rng.randrange(12)) for _ in range(4))),
        ("event_date", lambda rng: (datetime(2022, 1, 1) + timedelta(days=rng.randrange(900))).date()),
        ("updated_at", lambda rng: (datetime(2023, 1, 1) + timedelta(seconds=rng.randrange(10**7))).isoformat()),
        ("admission_time", lambda rng: f"{rng.randrange(24):02d}:{rng.randrange(60):02d}"),
        ("phone_calls_count", lambda rng: rng.randrange(0, 40)),
        ("num_addresses", lambda rng: rng.randrange(0, 6)),
        ("card_type", lambda rng: rng.choice(["VISA 16 digit", "Mastercard", "American Express", "Discover"])),
        ("phone_type", lambda rng: rng.choice(["mobile", "home", "work"])),
        ("email_opt_in", lambda rng: rng.random() < 0.5),
        ("has_phone", lambda rng: rng.choice(["Y", "N"])),
        ("addr_state", lambda rng: rng.choice(["CA", "NY", "TX", "WA", "FL", "IL", "OH", "GA", "NC", "MI"])),
        ("email_domain", lambda rng: rng.choice(["gmail.com", "gmx.de", "orange.fr", "yahoo.com"])),
        ("product_name", lambda rng: rng.choice(PRODUCTS)),
        ("drug_name", lambda rng: rng.choice(DRUGS)),
        ("car_brand", lambda rng: rng.choice(["Mercedes", "Ford", "Lincoln", "Chevrolet", "Peugeot", "Seat", "Opel"])),
        ("gender_concept_id", lambda rng: rng.choice([8507, 8532, 8551])),
        ("condition_concept_id", lambda rng: rng.choice(range(310_000, 310_120))),
        ("icd10", lambda rng: f"{rng.choice('EIJKM')}{rng.randrange(10, 40)}.{rng.randrange(3)}"),
        ("race", lambda rng: rng.choice(["White", "Black", "Asian", "Other"])),
        ("score_pct", lambda rng: f"{rng.randrange(101)}%"),
        ("hours_per_week", lambda rng: rng.randrange(10, 80)),
        ("naics", lambda rng: rng.choice(range(1110, 9990, 70))),
        ("Anzahl_Adressen", lambda rng: rng.randrange(1, 4)),
        ("nombre_appels", lambda rng: rng.randrange(0, 30)),
        ("Telefonart", lambda rng: rng.choice(["Festnetz", "Mobil"])),
        ("first", lambda rng: rng.random() < 0.3),
        (
            "county",
            lambda rng: rng.choice(["Kings", "Jefferson", "Orange", "Wayne", "Cook", "Harris", "Clark", "Lake"]),
        ),
    ]
    for header, make in plain:
        yield Labelled(header, "none", make)
    for header, method in [
        ("country", "country"),
        ("country_code", "country_code"),
        ("job_title", "job"),
        ("favourite_color", "color_name"),
        ("hex_color", "hex_color"),
        ("month_name", "month_name"),
        ("weekday", "day_of_week"),
        ("currency", "currency_code"),
        ("mime_type", "mime_type"),
        ("file_extension", "file_extension"),
        ("language", "language_name"),
    ]:
        yield Labelled(header, "none", fake("en_US", method))


PRODUCTS = [
    "Desk Lamp",
    "Garden Chair",
    "Oak Table",
    "Steel Kettle",
    "Rose Vase",
    "Lily Candle",
    "Mason Jar",
    "Olive Oil",
]
DRUGS = ["Lisinopril", "Metformin", "Amlodipine", "Atorvastatin", "Omeprazole", "Losartan", "Albuterol", "Gabapentin",
    "Sertraline", "Furosemide", "Prednisone", "Tramadol", "Ibuprofen", "Simvastatin", "Pantoprazole"]  # fmt: skip
