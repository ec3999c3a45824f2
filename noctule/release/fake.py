"""Stand-ins for direct identifiers: drawn from Faker's public word lists, independent of any data.

Names and addresses recombine words from pools by template (millions a second, no visible repetition); numbers with
shape and checksum are drawn one by one (40,000 a second and more). `#` in a template is a random digit.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from noctule.arrow import pc
from noctule.contract.columns import PiiColumn
from noctule.errors import ContractError

POOL = 2000  # draws of each word, repeats kept, so that common words stay common
BORN = (date(1930, 1, 1), date(2015, 12, 31))

TEMPLATES: dict[str, tuple[str, ...]] = {
    "person_name": ("{first_name_male} {last_name_male}", "{first_name_female} {last_name_female}"),
    "first_name": ("{first_name}",),
    "last_name": ("{last_name}",),
    "username": ("{user_name}##", "{user_name}###"),
    # domains reserved by RFC 2606: no stand-in reaches a real mailbox or site
    "email": ("{user_name}##@example.com", "{user_name}###@example.org", "{user_name}##@example.net"),
    "url": ("https://{user_name}.example.com/####", "https://example.org/{user_name}/####"),
    "address": ("{street_address}, {postcode} {city}",),
    "city": ("{city}",),
    "company": ("{company}",),
    "medical_record": ("MRN########",),
    "account": ("##########",),
    "geo": ("##.######, ##.######", "-##.######, ##.######"),
    "other": ("########",),
}
CALLS: dict[str, Callable[[Any], str]] = {
    "phone": lambda faker: faker.phone_number(),
    "postcode": lambda faker: faker.postcode(),
    "national_id": lambda faker: faker.ssn(),
    "card": lambda faker: faker.credit_card_number(),
    "iban": lambda faker: faker.iban(),
    "ip": lambda faker: faker.ipv4_private(),
    "mac": lambda faker: faker.mac_address(),
    "date_of_birth": lambda faker: faker.date_between_dates(*BORN).isoformat(),
    "licence_plate": lambda faker: faker.license_plate(),
    "vin": lambda faker: faker.vin(),
    "passport": lambda faker: faker.passport_number(),
}
FAMILY_NAME_FIRST = {"hu": " ", "ja": " ", "vi": " ", "ko": "", "zh": ""}  # language -> what stands between


class Fakes:
    """The stand-ins of one column. A block depends on (seed, position, block) alone.

    Raises ContractError when Faker does not know the column's locale.
    """

    def __init__(self, column: PiiColumn, seed: int, position: int) -> None:
        self._seed = (seed, position)
        self._faker = _faker(column)
        self._call = CALLS.get(column.pii)
        self._templates = _templates(column)
        self._pools = self._draw_pools()

    def block(self, number: int, rows: int) -> pa.Array:
        """`rows` stand-ins as text."""
        rng = np.random.default_rng([*self._seed, number + 1])
        if call := self._call:
            self._faker.seed_instance(int(rng.integers(2**63)))
            return pa.array([call(self._faker) for _ in range(rows)], pa.string())
        return _choose(rng, [self._fill(template, rows, rng) for template in self._templates], rows)

    def _draw_pools(self) -> dict[str, pa.Array]:
        self._faker.seed_instance(int(np.random.default_rng([*self._seed, 0]).integers(2**63)))
        words = dict.fromkeys(word for template in self._templates for word in re.findall(r"{(\w+)}", template))
        return {word: pa.array([getattr(self._faker, word)() for _ in range(POOL)], pa.string()) for word in words}

    def _fill(self, template: str, rows: int, rng: np.random.Generator) -> pa.Array:
        parts: list[Any] = []
        for part in filter(None, re.split(r"({\w+}|#+)", template)):
            if part.startswith("{"):
                parts.append(self._pools[part[1:-1]].take(pa.array(rng.integers(POOL, size=rows))))
            elif part.startswith("#"):
                digits = pa.array(rng.integers(10 ** len(part), size=rows)).cast(pa.string())
                parts.append(pc.utf8_lpad(digits, len(part), "0"))
            else:
                parts.append(pa.scalar(part))
        return pc.binary_join_element_wise(*parts, "")


def _choose(rng: np.random.Generator, options: list[pa.Array], rows: int) -> pa.Array:
    if len(options) == 1:
        return options[0]
    return pc.choose(pa.array(rng.integers(len(options), size=rows)), *options)


def _templates(column: PiiColumn) -> tuple[str, ...]:
    templates = TEMPLATES.get(column.pii, ())
    between = FAMILY_NAME_FIRST.get(re.split("[_-]", column.locale)[0])
    if column.pii != "person_name" or between is None:
        return templates
    return tuple(between.join(reversed(template.split(" "))) for template in templates)


def _faker(column: PiiColumn) -> Any:
    from faker import Faker

    try:
        return Faker(column.locale)
    except AttributeError:
        pass
    raise ContractError(
        f"column {column.name!r} asks for fakes of an unknown locale",
        where=f"columns.{column.name}.locale",
        fix="use a locale of Faker, such as en_US, de_DE, fr_FR or ja_JP",
    )
