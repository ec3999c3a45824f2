"""What reserves and approvals record in their details, and which caps are in force by it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from noctule.contract import Contract
from noctule.contract.model import Cap, listed
from noctule.ledger.compose import Charge
from noctule.ledger.entry import Entry, canonical

Caps = Annotated[tuple[Cap, ...], BeforeValidator(listed), Field(min_length=1)]
Delta = Annotated[float, Field(gt=0, lt=1)]


class Policy(BaseModel):
    """Of a reserve: what it paid for and the rules its own contract states (other keys are ignored)."""

    event: Any = None
    caps: Annotated[Caps, Field(validation_alias=AliasChoices("caps", "cap"))]  # format 1 had one cap
    delta: Delta
    atto_delta: Annotated[int, Field(strict=True, ge=0)] = 0
    approval: str | None = None  # format 1 had none


class Approval(BaseModel):
    """Of an approve: a person's word for what the contract promises and costs."""

    who: str
    why: str
    terms: dict[str, str]
    changes: tuple[str, ...]
    caps: Caps
    delta: Delta
    standing: bool  # False: for `noctule train`, beside what the nights of this dataset run under


class Limit(NamedTuple):
    """A cap in force. `dataset` is the one whose charges it counts, None when it counts the whole population."""

    cap: Cap
    delta: float
    dataset: str | None

    def words(self) -> str:
        whole = f"dataset {self.dataset}" if self.dataset else "the population"
        return f"epsilon {self.cap.epsilon:g} per {self.cap.per} of {whole}, at delta {self.delta:g}"


@lru_cache(maxsize=4096)  # the nights of one dataset share their detail, letter for letter
def policy(detail: str) -> Policy:
    """Raises pydantic's ValidationError, a ValueError, when the detail holds none."""
    return Policy.model_validate_json(detail)


@lru_cache(maxsize=4096)
def approval(detail: str) -> Approval:
    """Raises pydantic's ValidationError, a ValueError, when the detail holds none."""
    return Approval.model_validate_json(detail)


def charge_of(reserve: Entry) -> Charge:
    found = policy(reserve.detail_json)
    return Charge(reserve.nano_rho, found.atto_delta, "" if reserve.nano_rho else canonical(found.event))


def limits_of(contract: Contract) -> list[Limit]:
    return _limits(contract.privacy.caps, contract.privacy.delta, contract.name)


def recorded_limits(entry: Entry) -> list[Limit]:
    """The limits of the contract that a reserve or an approve was written under."""
    found = approval(entry.detail_json) if entry.kind == "approve" else policy(entry.detail_json)
    return _limits(found.caps, found.delta, entry.dataset)


class Force:
    """Which entry speaks for each dataset: its newest standing approval; while there is none, the newest approval of a
    single command; in a book of format 1, the newest reserve."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._speaks: dict[str, Entry] = {}
        for entry in entries:
            self.read(entry)

    def read(self, entry: Entry) -> None:
        if entry.kind in ("reserve", "approve"):
            known = self._speaks.get(entry.dataset)
            if known is None or _rank(entry) >= _rank(known):
                self._speaks[entry.dataset] = entry

    def limits(self, population: str, own: Sequence[Limit] = ()) -> list[Limit]:
        """Every cap on a charge of the population, `own` first: those that its datasets' contracts state."""
        spoken = [entry for entry in self._speaks.values() if entry.population == population]
        stated = [limit for entry in spoken for limit in recorded_limits(entry) if limit.dataset is None]
        return list(dict.fromkeys([*own, *stated]))

    def limits_of_dataset(self, population: str, dataset: str) -> list[Limit]:
        """The caps that the contract in force states for this dataset alone."""
        entry = self._speaks.get(dataset)
        if entry is None or entry.population != population:
            return []
        return [limit for limit in recorded_limits(entry) if limit.dataset is not None]

    def datasets(self, population: str) -> list[str]:
        return sorted(name for name, entry in self._speaks.items() if entry.population == population)


def _limits(caps: Iterable[Cap], delta: float, dataset: str) -> list[Limit]:
    return [Limit(cap, delta, dataset if cap.of == "dataset" else None) for cap in caps]


def _rank(entry: Entry) -> int:
    return 0 if entry.kind == "reserve" else 1 + approval(entry.detail_json).standing
