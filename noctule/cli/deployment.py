"""The deployment that a command is typed in: its folder, and the contracts in it."""

from pathlib import Path

from noctule.contract import Contract
from noctule.contract.load import load_all
from noctule.errors import UsageError


def application_root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start`, by default this one, that holds workspace.yaml. Raises UsageError."""
    start = start or Path.cwd()
    for folder in (start, *start.parents):
        if (folder / "workspace.yaml").exists():
            return folder
    raise UsageError("no workspace.yaml here or above", fix="run noctule inside a deployment: the clone's folder")


def deployed() -> list[Contract]:
    """Every contract in datasets/. Raises UsageError outside a deployment, ContractError."""
    return load_all(application_root() / "datasets")


def contract_named(name: str, contracts: list[Contract]) -> Contract:
    """Raises UsageError when there is none of that name."""
    for contract in contracts:
        if contract.name == name:
            return contract
    known = ", ".join(contract.name for contract in contracts) or "none yet"
    raise UsageError(f"there is no dataset {name!r}", where="datasets/", fix=f"use one of: {known}")
