"""From a contract file to a `Contract`, and back. Every fault of a file is told at once, each with its key path."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from noctule.contract import strict_yaml
from noctule.contract.arrow import arrow_type
from noctule.contract.explain import Problem, explain
from noctule.contract.model import Cap, Contract, Unit
from noctule.errors import ContractError

MAX_BYTES = 2 * 1024 * 1024  # the largest code lists (postcodes) are some 500 kB


def load(path: Path) -> Contract:
    """The contract in the file at `path`.

    Raises ContractError that names the file and, for each problem, its key path such as `columns[3].bounds`.
    """
    return parse(_text(path), str(path))


def parse(text: str, file: str) -> Contract:
    """The contract in `text`; `file` is the name that errors give it. Raises ContractError."""
    raw = _read(text, file)
    problems: list[Problem] = []
    contract: Contract | None = None
    try:
        contract = Contract.model_validate(raw)
    except ValidationError as error:
        problems = explain(error, raw)
    if contract is not None:
        problems = _arrow_problems(contract)
    if problems or contract is None:
        raise _refusal(problems, file)
    return contract


def load_all(folder: Path) -> list[Contract]:
    """Every contract `*.yaml` in `folder`, by file name.

    Raises ContractError when one is not valid, when two have one name, or when two of one population differ in the
    cap or in delta: both belong to the population's budget, not to a dataset.
    """
    paths = sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern))
    contracts = [load(path) for path in paths]
    names: dict[str, Path] = {}
    populations: dict[str, tuple[Path, Contract]] = {}
    for path, contract in zip(paths, contracts, strict=True):
        if contract.name in names:
            raise ContractError(
                f"dataset {contract.name!r} is declared already, in {names[contract.name]}",
                where=f"{path}: name",
                fix="give one of the two another name, or remove one file",
            )
        names[contract.name] = path
        first_path, first = populations.setdefault(contract.population, (path, contract))
        for key, ours, theirs in (
            ("cap", _shared(contract), _shared(first)),
            ("delta", contract.privacy.delta, first.privacy.delta),
        ):
            if ours != theirs:
                raise ContractError(
                    f"population {contract.population!r} has another {key} in {first_path}",
                    where=f"{path}: privacy.{key}",
                    fix="one population has one budget: write the same cap and delta in both files, "
                    "or name another population if no person is in both tables",
                )
    return contracts


def _shared(contract: Contract) -> list[Cap]:
    """The caps that are the population's, in one order; a cap of the dataset is its own affair."""
    return sorted((cap for cap in contract.privacy.caps if cap.of == "population"), key=Cap.words)


def dump(contract: Contract) -> str:
    """YAML that `parse` reads back as an equal contract; keys left at their defaults are left out."""
    content = contract.model_dump(by_alias=True, exclude_defaults=True)
    if contract.unit == Unit():
        content["unit"] = "row"
    return strict_yaml.write(content)


def _text(path: Path) -> str:
    size, text, fault = 0, None, ""
    try:
        size = path.stat().st_size
        if size <= MAX_BYTES:
            text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        fault = "is not UTF-8 text; save it as UTF-8"
    except OSError as problem:
        fault = f"cannot be read ({problem.strerror}); check the path"
    if text is not None:
        return text
    what, _, fix = (fault or f"is larger than {MAX_BYTES} bytes; shorten its code lists").partition("; ")
    raise ContractError(f"the contract {what}", where=str(path), fix=fix)


def _read(text: str, file: str) -> dict[str, Any]:
    try:
        content = strict_yaml.read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    else:
        if isinstance(content, dict):
            return content
        line, what = "", "the file is empty" if content is None else "the file is not a list of `key: value` lines"
    raise ContractError(what, where=f"{file}{line}", fix="correct it; `noctule init` drafts a contract to start from")


def _arrow_problems(contract: Contract) -> list[Problem]:
    problems: list[Problem] = []
    for position, column in enumerate(contract.columns):
        try:
            arrow_type(column)
        except ContractError as error:
            problems.append(Problem(f"columns[{position}].arrow ({column.name})", f"{error.what}: {error.fix}"))
    return problems


def _refusal(problems: list[Problem], file: str) -> ContractError:
    fix = f"edit the file there, then run: noctule contract check {file}"
    if len(problems) == 1:
        [(path, text)] = problems
        return ContractError(text, where=f"{file}: {path}" if path else file, fix=fix)
    lines = "".join(f"\n  - {problem.path or 'the file'}: {problem.text}" for problem in problems)
    return ContractError(f"{len(problems)} problems{lines}", where=file, fix=fix)
