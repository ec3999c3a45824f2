"""Pydantic's errors in the words of the contract: a key path as it stands in the file, what is wrong, what to write."""

import re
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from noctule.contract.columns import Column, Part
from noctule.contract.model import Contract

Location = tuple[int | str, ...]
KINDS: dict[str, type[BaseModel]] = {tag.tag: kind for kind, tag in map(get_args, get_args(get_args(Column)[0]))}
TYPES = ("integer", "number", "category", "boolean", "date", "datetime", "text")
ROLES = ("identifier", "pii", "free_text")
WORDS = {
    "bool_type": "write true or false (yes, no, on, off are text here)",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "string_type": "write text; quote it if it looks like a number, a date, true or false",
    "tuple_type": "write a list: [first, second]",
    "dict_type": "write keys and values: {key: value}",
    "model_type": "write keys and values: {key: value}",
    "model_attributes_type": "write keys and values: {key: value}",
    "too_short": "the list or text is too short",
    "too_long": "the list is too long",
    "date_from_datetime_parsing": "write a date, such as 2024-12-31",
    "datetime_from_date_parsing": "a date and time, such as 2024-12-31 23:59:00",
}


class Problem(NamedTuple):
    """`path` is the key path, and the name of the column it lies in."""

    path: str
    text: str


def explain(error: ValidationError, raw: Any) -> list[Problem]:
    """One Problem a key path, in the order of the file's model; `raw` is what was validated."""
    found: dict[str, list[str]] = {}
    for item in error.errors(include_url=False):
        location = item["loc"]
        text = _text(item["type"], item["msg"], item.get("ctx", {}), location, item["input"])
        path = _path(location, raw, item["type"])
        if item["type"] == "value_error":
            path = _named_in(text, raw) if not path else path + _key_in(text, item["input"])
        if item["type"] == "column_kind":
            path, text = _kind_problem(path, text, item["input"])
        if text not in found.setdefault(path, []):
            found[path].append(text)
    return [Problem(path + _column_name(path, raw), ", or ".join(texts)) for path, texts in found.items()]


def _path(location: Location, raw: Any, kind: str) -> str:
    """The location as written in the file: pydantic's names of union members are left out."""
    path, here = "", raw
    for position, step in enumerate(location):
        if position == 2 and location[0] == "columns":
            continue  # the tag of the column's kind
        if isinstance(here, list | tuple) and isinstance(step, int):
            path, here = f"{path}[{step}]", here[step] if step < len(here) else None
        elif isinstance(here, dict) and (step in here or (kind == "missing" and position == len(location) - 1)):
            path, here = (f"{path}.{step}" if path else str(step)), here.get(step)
    return path


def _column_name(path: str, raw: Any) -> str:
    match = re.match(r"columns\[(\d+)\]", path)
    column = raw["columns"][int(match[1])] if match else None
    return f" ({column['name']})" if isinstance(column, dict) and "name" in column else ""


def _text(kind: str, message: str, context: dict[str, Any], location: Location, given: Any) -> str:
    if given is None and kind != "missing":
        return "is not filled in yet"
    match kind:
        case "extra_forbidden":
            known = _known_keys(location)
            return "unknown key" + (_suggestion(str(location[-1]), known) or f"; known here: {', '.join(known)}")
        case "missing":
            return "this key is missing: add it"
        case "literal_error":
            allowed = [word.strip(" '") for word in re.split(r",| or ", context["expected"])]
            return f"must be one of {', '.join(allowed)}{_suggestion(str(given), allowed)}"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return WORDS.get(kind, message[0].lower() + message[1:])


def _kind_problem(path: str, text: str, given: Any) -> tuple[str, str]:
    """Point to the `type` or `role` at fault, when the column has one."""
    for key, allowed in (("role", ROLES), ("type", TYPES)):
        if isinstance(given, dict) and key in given:
            word = given[key]
            lead = "is not filled in yet" if word is None else f"unknown {key}{_suggestion(str(word), allowed)}"
            return f"{path}.{key}", f"{lead}; write one of {', '.join(allowed)}"
    return path, text


def _named_in(text: str, raw: Any) -> str:
    """Key path of a rule over the whole file, which names its key or column in the text."""
    if match := re.match(r"(unit|refresh|release)\.(\w+)|constraints\[\d+\]", text):
        return match[0]
    if match := re.match(r"column '(.*?)'(?:: (from|map))?", text):
        names = [column.get("name") if isinstance(column, dict) else None for column in raw.get("columns", [])]
        places = [i for i, name in enumerate(names) if name == match[1]]
        return f"columns[{places[-1]}]" + (f".{match[2]}" if match[2] else "") if places else "columns"
    return "columns" if text.startswith("no column") else ""


def _key_in(text: str, given: Any) -> str:
    """The key that a rule over one column speaks of, as its first word: `bounds are ...`, `atoms[2] is ...`."""
    match = re.match(r"(\w+)(?:\[\d+\])?", text)
    return f".{match[0]}" if match and isinstance(given, dict) and match[1] in given else ""


def _known_keys(location: Location) -> list[str]:
    model: type[BaseModel] = Contract
    steps = list(location[:-1])
    if steps[:1] == ["columns"]:
        model, steps = (Part, []) if "parts" in steps[3:] else (KINDS[str(steps[2])], [])
    for step in steps:
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        annotation = field.annotation if field else model  # a number: the place in a list of this model
        listed = get_args(annotation)[:1]  # tuple[Cap, ...]
        annotation = listed[0] if listed else annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        model = annotation
    return [field.alias or name for name, field in model.model_fields.items()]


def _suggestion(word: str, known: Any) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
