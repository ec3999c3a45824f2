"""Whether a column's values agree with what its header says: `phone` over 0 and 1 is a flag, not a number."""

import re
from statistics import median

from noctule.pii.cardinality import near_unique
from noctule.pii.names import Meaning
from noctule.pii.persons import name_words, person_kind
from noctule.pii.sample import Sample
from noctule.pii.shapes import is_measure, share

FEW = 5  # as many different values as a flag or a short list has
LONG_DIGITS = frozenset({"phone", "national_id", "card", "account", "medical_record", "iban", "imei"})
TEXT_ONLY = frozenset({"email", "person_name", "first_name", "last_name", "address", "url", "mac", "iban", "vin"})
PLACES_IN_TIME_OR_SPACE = frozenset({"date_of_birth", "geo", "city", "postcode", "company"})


def agrees(said: Meaning, seen: Sample) -> bool:
    """Whether the header is believed. An empty column cannot contradict its header, a weak header needs support."""
    if seen.present == 0:
        return not said.weak
    if said.pii == "date_of_birth":
        return seen.kind in ("time", "text") or (seen.kind == "integer" and median(map(len, seen.cells)) == 8)
    if said.pii == "geo":
        return seen.kind in ("real", "text")
    if seen.kind in ("real", "time", "other") or (seen.kind == "integer" and said.pii in TEXT_ONLY):
        return False
    if said.pii in PLACES_IN_TIME_OR_SPACE:
        return share(seen.cells, is_measure) < 0.9 or said.pii == "postcode"
    if _is_short_list(seen):
        return False
    return _has_its_form(said, seen)


def _is_short_list(seen: Sample) -> bool:
    different = seen.distinct * seen.present
    return seen.present >= 2 * FEW and different <= max(FEW, min(4 * FEW, seen.present / 500))


def _has_its_form(said: Meaning, seen: Sample) -> bool:
    if said.key:
        return seen.present < 20 or seen.distinct >= max(0.05, 20 / seen.present) or seen.distinct * seen.present >= 500
    if said.pii in LONG_DIGITS and not said.weak:
        return median(len(re.sub(r"\W", "", cell)) for cell in seen.cells) >= 5
    if said.pii == "email":
        return share(seen.cells, lambda cell: "@" in cell) >= 0.1
    if said.pii == "url":  # a site visited is not a page of one's own
        return seen.distinct >= 0.2 and share(seen.cells, lambda cell: "." in cell or "/" in cell) >= 0.5
    if said.weak:
        letters = share(seen.cells, lambda cell: name_words(cell) is not None) >= 0.7
        return letters and (person_kind(seen.cells) is not None or near_unique(seen.present, seen.distinct))
    return share(seen.cells, is_measure) < 0.9
