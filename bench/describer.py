"""The offline describer on a dictionary that it was not written for: `python -m bench.describer [--before REV]`.

`dictionary.yaml` says of each column what a right description must contain. A helper wrote it who had not seen the
glossaries; a tenth of its columns cannot be read by anybody, and the right answer there is that nothing is known.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
DICTIONARY = ROOT / "bench" / "dictionary.yaml"
FACTS = {"boolean": "boolean", "categorical": "category", "text": "free_text"}
KINDS = {"name": {"personal name"}, "place": {"location"}, "date": {"date", "year"}, "time": {"time", "date"}}
UNKNOWN = "No description known"


@dataclass
class Score:
    """Counts of columns: `words`, `unit`, `codes` and `kind` by verdict."""

    words: Counter[str] = field(default_factory=Counter[str])
    unit: Counter[str] = field(default_factory=Counter[str])
    codes: Counter[str] = field(default_factory=Counter[str])
    kind: Counter[str] = field(default_factory=Counter[str])


def columns(path: Path = DICTIONARY) -> list[dict[str, Any]]:
    """All columns of the dictionary, each with its table and field."""
    tables = yaml.safe_load(path.read_text("utf-8"))["tables"]
    return [{**column, "table": t["table"], "field": t["field"]} for t in tables for column in t["columns"]]


def facts(column: dict[str, Any]) -> dict[str, Any]:
    """What a contract would declare of the column."""
    told = {"table": column["table"], "column": column["name"], "type": FACTS.get(column["type"], column["type"])}
    if bounds := column.get("bounds"):
        told["bounds"] = [str(bound) for bound in bounds]
    if values := column.get("values"):
        told["values"] = [str(value) for value in values]
    labels = {str(code): str(label) for code, label in (column.get("labels") or {}).items()}
    return told | {"unit": column.get("unit") or "", "labels": labels}


def words(column: dict[str, Any], answer: dict[str, Any]) -> str:
    """right, wrong or none; from a glossary or from the name."""
    text, source = answer["description"].lower(), answer["source"]
    if text.startswith(UNKNOWN.lower()):
        return "unreadable, said so" if column.get("unknown") else "none"
    if column.get("unknown"):
        return "unreadable, words made up"
    says = [any(_has(text, word) for word in group) for group in column["must"]]
    wrong = not all(says) or any(_has(text, word) for word in column.get("never") or ())
    return f"{'wrong' if wrong else 'right'}, {source}"


def _has(text: str, word: str) -> bool:
    """Whether a word of the text begins with this stem."""
    return re.search(rf"(?<!\w){re.escape(word.lower())}", text) is not None


def unit(column: dict[str, Any], answer: dict[str, Any]) -> str:
    """Of columns that have a unit: right, wrong or none; of others whether one was made up."""
    right = column.get("right_unit")
    accepted = {str(one).casefold() for one in (right if isinstance(right, list) else [right] if right else [])}
    given = answer["unit"].casefold()
    if not accepted:
        return "made up" if given else "none needed"
    return "right" if given in accepted else "wrong" if given else "none"


def codes(column: dict[str, Any], answer: dict[str, Any]) -> str:
    """Of columns with public codes: all told right, some told wrong, or none told."""
    text = answer["description"].lower()
    told = {str(code): re.search(rf"(?<!\w){re.escape(str(code).lower())} = ([^,]*)", text) for code in column["codes"]}
    if not any(told.values()):
        return "none"
    known = {str(code): [str(word).lower() for word in right] for code, right in column["codes"].items()}
    right = all(found and any(_has(found[1], word) for word in known[code]) for code, found in told.items())
    return "right" if right else "wrong"


def kind(column: dict[str, Any], answer: dict[str, Any]) -> str:
    given = answer["semantic_type"]
    if given == "other":
        return "none"
    return "right" if set(column["types"]) & KINDS.get(given, {given}) else "wrong"


def score(asked: list[dict[str, Any]], answers: list[dict[str, Any]]) -> Score:
    total = Score()
    for column, answer in zip(asked, answers, strict=True):
        total.words[words(column, answer)] += 1
        if column.get("unknown"):
            continue
        total.unit[unit(column, answer)] += 1
        total.kind[kind(column, answer)] += 1
        if column.get("codes"):
            total.codes[codes(column, answer)] += 1
    return total


def answers(asked: list[dict[str, Any]], code: Path) -> list[dict[str, Any]]:
    """The describer of a folder with `noctule/`, in a process of its own."""
    runner = [sys.executable, str(ROOT / "bench" / "runners" / "describe.py")]
    told = json.dumps([facts(column) for column in asked])
    done = subprocess.run(runner, input=told, env={**os.environ, "PYTHONPATH": str(code)}, cwd=code, check=True,
                          capture_output=True, text=True)  # fmt: skip
    return json.loads(done.stdout)


def of_revision(asked: list[dict[str, Any]], revision: str) -> list[dict[str, Any]]:
    """The same of a revision in git."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "-C", ROOT, "archive", revision, "noctule"], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        return answers(asked, Path(folder))


def shown(title: str, scores: dict[str, Score], asked: Counter[str]) -> Table:
    table = Table(title=title)
    for heading in ("", *(f"{name} ({asked[name]})" for name in scores)):
        table.add_column(heading, justify="left" if not heading else "right")
    for part in ("words", "unit", "codes", "kind"):
        for verdict in sorted({v for one in scores.values() for v in getattr(one, part)}):
            table.add_row(f"{part}: {verdict}", *(str(getattr(one, part)[verdict]) for one in scores.values()))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", metavar="REV", help="also the describer of this revision")
    parser.add_argument("--wrong", action="store_true", help="list what was wrong or not described")
    options = parser.parse_args()
    asked = columns()
    systems = {"now": answers(asked, ROOT)}
    if options.before:
        systems[options.before] = of_revision(asked, options.before)
    by_field = Counter(column["field"] for column in asked) + Counter(all=len(asked))
    for name, given in systems.items():
        pairs = list(zip(asked, given, strict=True))
        scores = {
            group: score(*map(list, zip(*[p for p in pairs if group in ("all", p[0]["field"])], strict=True)))
            for group in by_field
        }
        Console(width=120).print(shown(f"Offline describer, {name}", scores, by_field))
    if options.wrong:
        for column, answer in zip(asked, systems["now"], strict=True):
            if (verdict := words(column, answer)).startswith(("wrong", "none", "unreadable, w")):
                print(f"{verdict:28} {column['table']}.{column['name']}: {answer['description']}")


if __name__ == "__main__":
    main()
