"""What a release must pass. Only public, released and charged numbers decide (design.md, section 7)."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from noctule.contract import Contract
from noctule.errors import GateError
from noctule.release.schema import same_schema


@dataclass(frozen=True)
class Gate:
    """One number against a floor or a ceiling. A number that is missing, or not a number, does not pass."""

    name: str
    value: float | None
    floor: float | None = None
    ceiling: float | None = None

    @property
    def passed(self) -> bool:
        if self.value is None:
            return False
        return (self.floor is None or self.value >= self.floor) and (self.ceiling is None or self.value <= self.ceiling)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "passed": self.passed}

    @property
    def limit(self) -> str:
        return f"a floor of {self.floor:g}" if self.floor is not None else f"a ceiling of {self.ceiling:g}"

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.4g}"
        return f"{self.name} is {value} against {self.limit}"


def gate(contract: Contract, receipt: dict[str, Any], validity: float, staged: Path) -> list[Gate]:
    """The contract's gates for a staged file: charged TVD of pairs, validity of rows, equality of the schema."""
    score: dict[str, Any] = receipt.get("score") or {}
    measured = {"schema": float(same_schema(staged, contract)), "validity": validity, "tvd2": score.get("tvd2")}
    return [replace(one, value=measured[one.name]) for one in gates_of(contract)]


def gates_of(contract: Contract) -> list[Gate]:
    """What a release of this contract must pass, before anything is measured."""
    gates = [Gate("schema", None, floor=1.0), Gate("validity", None, floor=contract.gates.min_validity)]
    if contract.gates.max_tvd2 is not None:
        gates.append(Gate("tvd2", None, ceiling=contract.gates.max_tvd2))
    return gates


def require_gates(contract: Contract, gates: list[Gate]) -> None:
    """Raise GateError, in one sentence that names every gate which did not pass."""
    if failed := [gate for gate in gates if not gate.passed]:
        raise GateError(
            "the release is kept back because " + " and ".join(map(str, failed)),
            where=contract.name,
            fix="`latest` stays as it was; see the evaluation, then change gates, epsilon or domains",
        )
