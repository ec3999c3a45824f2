"""Column names into plain words: `num_lab_procedures` is "number of lab procedures", `XQ17` is nothing."""

import re

ABBREVIATIONS = {
    "acct": "account", "addr": "address", "adm": "admission", "amt": "amount", "avg": "average", "bal": "balance",
    "cat": "category", "cd": "code", "cnt": "count", "cust": "customer", "desc": "description", "diag": "diagnosis",
    "dept": "department", "dist": "distance", "dob": "date of birth", "dt": "date", "dur": "duration",
    "emp": "employee",
    "grp": "group", "hr": "hour", "hrs": "hours", "id": "identifier", "ind": "indicator", "info": "information",
    "lat": "latitude", "lon": "longitude", "lng": "longitude", "max": "maximum", "mgr": "manager", "min": "minimum",
    "mths": "months", "msg": "message", "nbr": "number", "no": "number", "num": "number", "org": "organisation",
    "pct": "percent", "perc": "percent", "pop": "population", "prev": "previous", "prod": "product", "pt": "patient",
    "qty": "quantity", "ref": "reference", "seq": "sequence", "std": "standard", "temp": "temperature",
    "tot": "total", "trans": "transaction", "txn": "transaction", "val": "value", "yr": "year", "yrs": "years",
}  # fmt: skip
QUALIFIERS = {
    "decile": "Decile", "quartile": "Quartile", "quintile": "Quintile", "percentile": "Percentile", "flag": "Flag",
    "cat": "Category", "category": "Category", "group": "Group", "grp": "Group", "band": "Band", "bin": "Band",
    "code": "Code", "cd": "Code", "date": "Date", "dt": "Date", "rank": "Rank",
}  # fmt: skip
_WHOLE = {
    *ABBREVIATIONS,
    "age",
    "sex",
    "day",
    "sum",
    "job",
    "pay",
    "tax",
    "fee",
    "zip",
    "url",
    "lab",
    "is",
    "of",
    "to",
    "by",
}


def split(name: str) -> tuple[str, ...]:
    """The parts of a name in lower case: cut at separators, at a change to capitals and around digits."""
    return tuple(part.lower() for part in re.findall(r"\d+|[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])", name))


def key(name: str) -> str:
    """The form in which names are compared: `capital-gain`, `capitalGain` and `Capital_Gain` are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


def qualified(name: str) -> tuple[str, str] | None:
    """A name without its last part, and what that part says of the rest: a number, a decile, a flag."""
    if found := re.fullmatch(r"(.{3,})[_.\-\s](\d{1,2})", name):
        return found[1], found[2]
    parts = list(split(name))
    if len(parts) < 2 or parts[-1] not in QUALIFIERS:
        return None
    return "_".join(parts[:-1]), QUALIFIERS[parts[-1]]


def expand(name: str) -> str | None:
    """The name as words; None where a part is no word that one could read."""
    parts = list(split(name))
    readable = [part for part in parts if not part.isdigit()]
    if not readable or not all(map(_readable, readable)):
        return None
    first = "number of" if len(parts) > 1 and parts[0] in ("num", "no", "nbr", "n") else None
    said = [first or ABBREVIATIONS.get(parts[0], parts[0]), *(ABBREVIATIONS.get(part, part) for part in parts[1:])]
    text = " ".join(said)
    return text[0].upper() + text[1:]


def _readable(part: str) -> bool:
    if part in _WHOLE or part == "n":
        return True
    return len(part) >= 4 and re.search("[aeiouy]", part) is not None and not re.search("[^aeiouy]{5}", part)
