"""Personal names among cells, by a small gazetteer: the share of cells whose words are common names."""

import re
import unicodedata
from collections.abc import Sequence

from noctule.pii.gazetteer import GIVEN, SURNAMES
from noctule.pii.words import words as word_set

TITLES = word_set("mr mrs ms miss dr prof herr frau dhr mevr m mme mlle sr sra srta dott dottssa ing dipl dame sir")
SUFFIXES = word_set("jr sr ii iii iv md phd dds dvm bsc msc mba")
PARTICLES = word_set("van von de der den del della di da do dos du la le ter ten zu zur af")
FIRMS = word_set(
    "inc llc ltd plc gmbh ag kg ohg ev sa sas sarl sl slu srl spa bv nv vof and und sons group co ab as oy"
)
MANY = 15  # a list of fewer values is a category, such as race (White, Black)


def person_kind(cells: Sequence[str]) -> str | None:
    """`person_name`, `first_name` or `last_name` when at least a fifth of the cells hold such names, else None."""
    if len(set(cells)) < min(MANY, len(cells) // 2):
        return None
    words = [name_words(cell) for cell in cells]
    full = [w for w in words if w and 2 <= len(w) <= 5]
    single = [w[0] for w in words if w and len(w) == 1]
    enough = 0.2 * len(cells)
    if len(full) >= 0.6 * len(cells) and sum(_is_full_name(w) for w in full) >= enough:
        return "person_name"
    if len(single) + len(full) >= 0.9 * len(cells) and len(single) >= 0.5 * len(cells):
        given = sum(any(part in GIVEN for part in word.split("-")) for word in single)
        family = sum(any(part in SURNAMES for part in word.split("-")) for word in single)
        if max(given, family) >= enough:
            return "first_name" if given >= family else "last_name"
    return None


def name_words(cell: str) -> tuple[str, ...] | None:
    """Lower-case words without accents, titles and particles; None when the cell cannot be a name."""
    plain = unicodedata.normalize("NFKD", cell.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).strip()
    if not re.fullmatch(r"[^\W\d_][^\d_@/:;!?()\"&%#*+=<>|\[\]{}\n]{1,59}", plain):
        return None
    words = [word.strip(".,'") for word in re.split(r"[\s,]+", plain)]
    lowered = [word.lower() for word in words if word]
    if FIRMS.intersection(lowered):
        return None
    if any(word[0].islower() and low not in PARTICLES for word, low in zip(filter(None, words), lowered, strict=True)):
        return None
    return tuple(low for low in lowered if low not in TITLES | SUFFIXES | PARTICLES)


def _is_full_name(words: Sequence[str]) -> bool:
    """Begins with a given name, or is "Surname, Given"; place names ("North Michael") are neither."""
    first, last = words[0].split("-"), words[-1].split("-")
    return not GIVEN.isdisjoint(first) or not (SURNAMES.isdisjoint(first) or GIVEN.isdisjoint(last))
