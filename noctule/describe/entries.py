"""descriptions/NAME.yaml: what is said of each column and who said it. Text in git, which people edit."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from noctule.contract import strict_yaml
from noctule.contract.columns import Strict
from noctule.describe.answer import LONGEST, SemanticType, Sensitivity
from noctule.durable import whole_file
from noctule.errors import ContractError
from noctule.home import Home

Status = Literal["suggested", "approved", "edited", "rejected", "stale"]

HEAD = """\
# What is said of the columns that the contract of {name} does not describe itself; `noctule describe {name}` keeps it.
# Change a description here and it is yours: nothing overwrites it. Or write status: approved, or rejected.
"""


class Asked(Strict):
    """The model that was asked, and what the answer cost."""

    model: StrictStr
    usd: Annotated[StrictFloat, Field(ge=0)]
    tokens: Annotated[StrictInt, Field(ge=0)]
    cached: StrictBool
    prompt_version: StrictStr
    at: date

    @property
    def words(self) -> str:
        again = ", a stored answer" if self.cached else ""
        return f"{self.tokens} tokens, {self.usd:.7f} USD, {self.prompt_version}, {self.at}{again}"


class Entry(Strict):
    """One column. `source`: glossary, name only, or a model's name; `version`: of the describer.

    `facts`: digest of what the contract said then; `suggested`: of the description as suggested, which tells an edit.
    """

    description: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST)]
    status: Status
    source: StrictStr
    unit: StrictStr = ""
    semantic_type: SemanticType = "other"
    sensitivity: Sensitivity = "ordinary"
    facts: StrictStr = ""
    suggested: StrictStr = ""
    version: StrictStr = ""
    asked: Asked | None = None


class _File(Strict):
    columns: dict[StrictStr, Entry]


def digest(text: str) -> str:
    """The first 64 bits of SHA-256, in hex: to notice a change, not to keep a secret."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def path_of(root: Path, name: str) -> Path:
    """The file of dataset `name` in the deployment, or the state folder, rooted at `root`."""
    return root / "descriptions" / f"{name}.yaml"


def known(root: Path, home: Home, name: str) -> dict[str, Entry]:
    """People's file, and what a night suggested of the columns that it does not tell. Raises ContractError."""
    return read(path_of(home.root, name)) | read(path_of(root, name))


def read(path: Path) -> dict[str, Entry]:
    """Column -> its entry; empty where there is no file. Raises ContractError with the line, or the key path."""
    if not path.exists():
        return {}
    try:
        content = strict_yaml.read(path.read_text(encoding="utf-8-sig"))
        return dict(_File.model_validate(content).columns)
    except UnicodeDecodeError:
        where, what = str(path), "the file is not UTF-8 text"
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        what = getattr(error, "problem", None) or "not YAML"
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where, what = f"{path}: {'.'.join(map(str, first['loc']))}", first["msg"]
    raise ContractError(what, where=where, fix="correct the file, or remove it and run noctule describe again")


def write(path: Path, name: str, entries: Mapping[str, Entry]) -> None:
    """Whole or not at all; columns in the order given, keys at their defaults left out."""
    content = {"columns": {c: e.model_dump(exclude_defaults=True) for c, e in entries.items()}}
    with whole_file(path) as partial:
        partial.write_text(HEAD.format(name=name) + strict_yaml.write(content, a_key_a_line=True), encoding="utf-8")
