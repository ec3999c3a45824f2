"""What the form of a name says of a column: `is_` a flag, `_kg` a unit, `n_` a count; the rest is the stem."""

from collections.abc import Callable
from typing import NamedTuple

from noctule.describe.answer import SemanticType
from noctule.describe.facts import Facts
from noctule.describe.names import split, words


class Reading(NamedTuple):
    """`stem`: the parts left. In `plain` its words take the place of {}, in `known` its entry of a glossary; None
    where an entry of the stem would say something else than the name."""

    stem: tuple[str, ...]
    plain: str = "{}"
    known: str | None = None
    semantic_type: SemanticType | None = None
    unit: str = ""


Parts = tuple[str, ...]
Rule = Callable[[Parts, Facts], Reading | None]
_NUMBERS = ("integer", "number", None)
_SPANS = (
    "days",
    "hours",
    "minutes",
    "seconds",
    "weeks",
    "months",
    "years",
    "hrs",
    "mins",
    "secs",
    "yrs",
    "mths",
    "mos",
)
_QUALIFIERS = {
    "decile": "decile", "quartile": "quartile", "quintile": "quintile", "percentile": "percentile", "flag": "flag",
    "flg": "flag", "ind": "flag", "indicator": "flag", "yn": "flag", "cat": "category", "category": "category",
    "group": "group", "grp": "group", "band": "band", "bin": "band", "bucket": "band", "range": "range",
    "code": "code", "cd": "code", "rank": "rank", "desc": "description", "description": "description",
}  # fmt: skip
_STATISTICS = {
    "avg": "average", "mean": "average", "median": "median", "max": "maximum", "min": "minimum", "std": "spread",
    "maximum": "maximum", "minimum": "minimum", "average": "average", "highest": "highest", "lowest": "lowest",
}  # fmt: skip
_STAMPS = ("at", "ts", "timestamp", "datetime", "dttm", "tm", "time")
_HAPPENED = ("arrived", "departed", "died", "ended", "expired", "failed", "happened", "joined", "left", "occurred")
_BEFORE_ED = ("sent", "paid", "seen", "made", "built", "begun", "born", "sold", "bought", "drawn", "taken", "given")
_HOLDERS = (
    "caller", "client", "contact", "customer", "doctor", "employee", "first", "full", "given", "last", "manager",
    "middle", "owner", "patient", "person", "physician", "spouse", "student", "supervisor", "surname", "user", "maiden",
)  # fmt: skip


def read(facts: Facts) -> Reading:
    """The first rule that fits the name and the declared type; the bare name where none does."""
    parts = split(facts.column)
    for rule in _RULES if len(parts) > 1 else ():
        if reading := rule(parts, facts):
            return reading
    return Reading(parts)


def _flag(parts: Parts, facts: Facts) -> Reading | None:
    """`is_active`, `has_children`: whether."""
    asked = {"is": "it is {}", "was": "it was {}", "are": "they are {}", "has": "it has {}", "had": "it had {}",
             "can": "it can {}", "will": "it will {}", "did": "it did {}", "does": "it does {}", "ever": "it ever {}",
             "receives": "it receives {}", "received": "it received {}"}  # fmt: skip
    if parts[0] not in asked or facts.type not in ("boolean", "category", "integer", None):
        return None
    return Reading(parts[1:], f"whether {asked[parts[0]]}", None, "flag")


def _number_of(parts: Parts, facts: Facts) -> Reading | None:
    """`num_orders`, `orders_cnt`: how many. `no_show` is none of them."""
    rest: Parts = ()
    if parts[0] in ("n", "num", "nbr", "number", "cnt", "count") or (parts[0] == "no" and parts[-1].endswith("s")):
        rest = parts[2:] if parts[1] == "of" else parts[1:]
    elif parts[-1] in ("count", "cnt", "counts"):
        rest = parts[:-1]
    if not rest or facts.type not in (*_NUMBERS, "category"):
        return None
    unit = _said(rest[0]) if rest[0] in _SPANS else ""
    return Reading(rest, "number of {}", None, "count", unit)


def _identifier(parts: Parts, facts: Facts) -> Reading | None:
    """`store_id`, `invoice_no`."""
    if parts[-1] in ("id", "uuid", "guid", "pk", "fk", "sk", "ident", "identifier"):
        return Reading(parts[:-1], "identifier of the {}", None, "identifier")
    if parts[-1] in ("no", "nbr", "num", "number"):
        return Reading(parts[:-1], "number of the {}", None, "identifier")
    return None


def _span(parts: Parts, facts: Facts) -> Reading | None:
    """`days_since_login`, `hours_worked`: a span in the unit that comes first; `age_at_diagnosis` in years."""
    if facts.type not in _NUMBERS:
        return None
    if parts[0] in _SPANS and parts[1] != "per":
        return Reading(parts, "{}", None, "duration", _said(parts[0]))
    if parts[0] == "age":
        young = facts.bounds is None or _number(facts.bounds[1]) <= 130
        return Reading(parts, "{}", None, "age", "years" if young else "")
    return None


def _unit(parts: Parts, facts: Facts) -> Reading | None:
    """`weight_kg`, `wait_min`: a unit at the end. After a number it is none: `visits_last_30_days`."""
    if facts.type not in _NUMBERS:
        return None
    *stem, before, last = parts
    if stem and (pair := _known_unit(f"{before} {last}")):
        return Reading(tuple(stem), "{}", "{}", *pair)
    if (after := words().units_after.get(last)) and after.after & {*stem, before}:
        kind: SemanticType = "measurement" if after.unit in ("°C", "°F", "m") else "duration"
        return Reading((*stem, before), "{}", "{}", kind, after.unit)
    if before.isdigit() or before in ("per", "of", "in", "last"):
        return None
    if found := _known_unit(last):
        spoken = found[0] == "duration" and found[1] != "ms"
        return Reading((*stem, before), f"{{}} {found[1]}" if spoken else "{}", "{}", *found)
    return None


def _known_unit(written: str) -> tuple[SemanticType, str] | None:
    return next(((kind, units[written]) for kind, units in words().units.items() if written in units), None)


def _share(parts: Parts, facts: Facts) -> Reading | None:
    """`pct_female`."""
    if parts[0] not in ("pct", "perc", "percent", "percentage") or facts.type not in _NUMBERS:
        return None
    return Reading(parts[2:] if parts[1] == "of" else parts[1:], "percent of {}", None, "rate", "%")


def _when(parts: Parts, facts: Facts) -> Reading | None:
    """`order_created_at`, `closed_on`, `visit_date`."""
    day = parts[-1] in ("date", "dt", "on") or (parts[-1] == "day" and facts.type == "date")
    stamp = parts[-1] in _STAMPS
    if parts[-1] in ("at", "on") and not _participle(parts[-2]):
        return None
    if not (day or stamp) or (parts[-1] in ("time", "tm") and facts.type in ("integer", "number")):
        return None
    kind: SemanticType = "date" if day and facts.type != "datetime" else "time"
    opening = "day on which" if kind == "date" else "when"
    if not _participle(parts[-2]):
        return Reading(parts[:-1], "day of the {}" if kind == "date" else "time of the {}", None, kind)
    verb = parts[-2] if parts[-2] in _HAPPENED else f"was {parts[-2]}"
    if len(parts) == 2:
        return Reading(parts[:1], f"{opening} it {verb}", None, kind)
    return Reading(parts[:-2], f"{opening} the {{}} {verb}", None, kind)


def _participle(part: str) -> bool:
    return part in (*_HAPPENED, *_BEFORE_ED) or (part.endswith("ed") and len(part) > 4)


def _name(parts: Parts, facts: Facts) -> Reading | None:
    """`supplier_name`."""
    if parts[-1] != "name":
        return None
    person = facts.type == "person_name" or parts[-2] in _HOLDERS
    return Reading(parts[:-1], "name of the {}", None, "name" if person else "text")


def _statistic(parts: Parts, facts: Facts) -> Reading | None:
    """`avg_heart_rate`, `price_max`."""
    for word, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        if said := _STATISTICS.get(word):
            return Reading(rest, f"{said} {{}}", f"{said} of: {{}}")
    return None


def _numbered(parts: Parts, facts: Facts) -> Reading | None:
    """`diag_3`: one of several."""
    if not parts[-1].isdigit() or len(parts[-1]) > 2 or len("".join(parts[:-1])) < 3:
        return None
    return Reading(parts[:-1], f"{{}}, number {parts[-1]}", f"{{}}, number {parts[-1]}")


def _qualified(parts: Parts, facts: Facts) -> Reading | None:
    """`income_decile`, `fraud_flag`: what the rest was made into."""
    said = _QUALIFIERS.get(parts[-1])
    if said is None:
        return None
    kinds: dict[str, SemanticType] = {"code": "code", "flag": "flag", "description": "text"}
    return Reading(parts[:-1], f"{said} of: {{}}" if said == "flag" else f"{{}} {said}", f"{said} of: {{}}",
                   kinds.get(said, "category"))  # fmt: skip


def _said(part: str) -> str:
    return words().abbreviations.get(part, {"mins": "minutes", "secs": "seconds"}.get(part, part))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


_RULES: tuple[Rule, ...] = (
    _flag, _number_of, _span, _share, _unit, _numbered, _identifier, _when, _name, _statistic, _qualified,
)  # fmt: skip
