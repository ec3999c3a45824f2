"""Stand-ins are reproducible, varied, of the right shape, and reach nobody."""

from typing import Any, get_args

import pyarrow as pa
import pytest

from noctule.contract.columns import PiiColumn
from noctule.errors import ContractError
from noctule.release.fake import Fakes

KINDS = get_args(PiiColumn.model_fields["pii"].annotation)


def column(kind: str, locale: str = "de_DE") -> PiiColumn:
    given: dict[str, Any] = {"name": "x", "role": "pii", "pii": kind, "release": "fake", "locale": locale}
    return PiiColumn.model_validate(given)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_text_that_depends_on_seed_position_and_block_alone(kind: str) -> None:
    fakes = Fakes(column(kind), seed=5, position=2)
    first, second = fakes.block(0, 400), fakes.block(1, 400)
    assert first.type == pa.string() and len(first) == 400 and first.null_count == 0
    assert all(value.strip() and "\n" not in value for value in first.to_pylist())
    assert Fakes(column(kind), seed=5, position=2).block(1, 400) == second  # whatever was drawn before
    others = [second, Fakes(column(kind), 6, 2).block(0, 400), Fakes(column(kind), 5, 3).block(0, 400)]
    assert all(other != first for other in others)


@pytest.mark.parametrize(("kind", "least"), [("person_name", 18_000), ("email", 18_000), ("address", 19_000)])
def test_twenty_thousand_people_show_no_repetition(kind: str, least: int) -> None:
    assert len(Fakes(column(kind), seed=1, position=0).block(0, 20_000).unique()) > least


@pytest.mark.parametrize("kind", ["medical_record", "account", "card", "iban", "phone", "national_id"])
def test_numbers_are_all_but_unique(kind: str) -> None:
    assert len(Fakes(column(kind), seed=1, position=0).block(0, 5000).unique()) > 4990


def test_mail_and_web_addresses_are_reserved_for_examples() -> None:
    mails = Fakes(column("email", "en_US"), seed=1, position=0).block(0, 500).to_pylist()
    assert {mail.split("@")[1] for mail in mails} == {"example.com", "example.org", "example.net"}
    urls = Fakes(column("url", "en_US"), seed=1, position=0).block(0, 500).to_pylist()
    assert all(url.split("/")[2].endswith(("example.com", "example.org")) for url in urls)


def test_cards_and_ibans_pass_their_checksums() -> None:
    from stdnum import iban, luhn

    assert all(luhn.is_valid(card) for card in Fakes(column("card"), 1, 0).block(0, 200).to_pylist())
    assert all(
        iban.is_valid(text, check_country=False) for text in Fakes(column("iban"), 1, 0).block(0, 200).to_pylist()
    )


def test_the_family_name_stands_where_the_language_puts_it() -> None:
    from faker import Faker

    faker = Faker("ja_JP")
    family = {faker.last_name() for _ in range(2000)}
    names = Fakes(column("person_name", "ja_JP"), 1, 0).block(0, 300).to_pylist()
    assert all(name.split(" ")[0] in family for name in names)


def test_an_unknown_locale_is_an_error_of_the_contract() -> None:
    with pytest.raises(ContractError, match="unknown locale") as raised:
        Fakes(column("city", "xx_YY"), 1, 0)
    assert raised.value.where == "columns.x.locale" and raised.value.__context__ is None
