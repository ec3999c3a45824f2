"""How near one answer comes to what is known: 0 to 1, by rules that need no other model."""

import re
from collections import Counter

from noctule.describe.answer import Description
from noctule.describe.ask import FORBIDDEN
from noctule.golden.items import Item

UNSURE = 0.5  # an answer of less confidence says that it does not know
ADMITS = re.compile(r"unknown|unclear|not (known|clear|told|tell|say|specified|given|evident)|cannot|unspecified", re.I)
STOPWORDS = re.compile(r"a|an|the|of|in|on|at|to|for|and|or|is|was|it|that|this|by")


def forbidden(answer: Description) -> bool:
    """Whether it says what no description may say: a refusal, a link, markup."""
    return FORBIDDEN.search(answer.description) is not None


def score(answer: Description, item: Item) -> float:
    """Half for the exact fields, half for the text; nothing for what is forbidden, or about another column."""
    if forbidden(answer) or answer.column != item.facts.column:
        return 0.0
    if item.unknown:
        return ((answer.confidence < UNSURE) + bool(ADMITS.search(answer.description))) / 2
    return (exact(answer, item) + text(answer.description, item.references)) / 2


def exact(answer: Description, item: Item) -> float:
    """Share of the fields semantic_type, unit and sensitivity that have an accepted value."""
    units = {unit.casefold() for unit in item.unit}
    right = (
        answer.semantic_type in item.semantic_type,
        answer.unit.strip().casefold() in units,
        answer.sensitivity in item.sensitivity,
    )
    return sum(right) / len(right)


def text(said: str, references: tuple[str, ...]) -> float:
    """Token F1 with the nearest reference, of stemmed words, as in SQuAD (Rajpurkar et al. 2016, section 6.1)."""
    return max(_f1(_words(said), _words(reference)) for reference in references)


def _f1(said: Counter[str], meant: Counter[str]) -> float:
    shared = (said & meant).total()
    return 2 * shared / (said.total() + meant.total()) if shared else 0.0


def _words(sentence: str) -> Counter[str]:
    found = re.findall(r"[^\W_]+|%", sentence.casefold())
    return Counter(word.removesuffix("s") for word in found if not STOPWORDS.fullmatch(word))
