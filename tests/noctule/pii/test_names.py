"""What headers say, in several languages and spellings, and which words veto it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.pii.names import meaning, tokens


@pytest.mark.parametrize(
    ("header", "pii"),
    [
        ("patientFirstName", "first_name"),
        ("FIRST NAME", "first_name"),
        ("firstname_2", "first_name"),
        ("EMailAddress", "email"),
        ("e-mail", "email"),
        ("kunden_email", "email"),
        ("Adresse électronique / courriel", "email"),
        ("numéroTéléphone", "phone"),
        ("Telefonnummer", "phone"),
        ("Straße", "address"),
        ("billing_address_line_1", "address"),
        ("Geburtsdatum", "date_of_birth"),
        ("date_de_naissance", "date_of_birth"),
        ("fecha de nacimiento", "date_of_birth"),
        ("Data di nascita", "date_of_birth"),
        ("geboortedatum", "date_of_birth"),
        ("DOB", "date_of_birth"),
        ("SSNNumber", "national_id"),
        ("Codice_Fiscale", "national_id"),
        ("burgerservicenummer", "national_id"),
        ("nombre_y_apellidos", "person_name"),
        ("achternaam", "last_name"),
        ("MRN", "medical_record"),
        ("creditCardNumber", "card"),
        ("client_ip", "ip"),
        ("PLZ", "postcode"),
    ],
)
def test_headers_that_name_personal_data(header: str, pii: str) -> None:
    said = meaning(header)
    assert said is not None
    assert said.pii == pii
    assert not said.weak


@pytest.mark.parametrize("header", ["patient_id", "CustomerId", "KUNDEN-NR", "user_uuid", "employeeNumber"])
def test_headers_of_a_persons_key(header: str) -> None:
    said = meaning(header)
    assert said is not None
    assert said.key or said.pii == "account"


@pytest.mark.parametrize(
    "header",
    [
        "phone_calls_count",
        "num_phones",
        "card_type",
        "addr_state",
        "email_opt_in",
        "email_domain",
        "ip_version",
        "product_name",
        "drug_name",
        "hostname",
        "birth_weight",
        "gender_concept_id",
        "Anzahl_Adressen",
        "nombre_appels",
        "market_cap",
        "education-num",
        "native-country",
        "relationship",
        "fnlwgt",
        "OWN_RENT",
        "DEAR",
        "PUMA",
        "c17",
        "",
        "名前",
    ],
)
def test_headers_that_do_not(header: str) -> None:
    assert meaning(header) is None


@pytest.mark.parametrize("header", ["name", "Nom", "nombre", "FIRST", "customer"])
def test_words_that_need_the_values_support(header: str) -> None:
    said = meaning(header)
    assert said is not None
    assert said.weak


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    meaning(header)
    assert all(word == word.lower() and word.isascii() for word in tokens(header))
