"""Which contract a person has signed for a dataset, and whether another one may be charged under."""

from collections.abc import Sequence

from noctule.contract import Contract
from noctule.contract.approval import changes, terms
from noctule.errors import ApprovalError
from noctule.ledger.entry import Entry
from noctule.ledger.policy import Force, Limit, Policy, approval, limits_of, policy

TOLD = 12  # changes that an error lists
FIRST_RUN = "first run"  # why of the approval that a dataset's first charge records by itself


def is_first(entries: Sequence[Entry], contract: Contract) -> bool:
    """False when a person approved this contract; True when it is the first of its dataset, recorded by itself.

    Raises ApprovalError when it is neither, or is the first and would loosen what stands for its population.
    """
    if contract.approval_digest() in _signed(entries, contract.name):
        return False
    if (standing := _newest(entries, contract.name, standing=True)) is not None:
        told = changes(approval(standing.detail_json).terms, terms(contract))
        raise _refusal(contract, "the contract changed, and nobody has approved it", told)
    require_no_loosening(entries, contract)
    return True


def require_no_loosening(entries: Sequence[Entry], contract: Contract, fix: str = "") -> None:
    """Raises ApprovalError when the contract states no cap as strict as each one that stands for its charges."""
    force, own = Force(entries), limits_of(contract)
    standing = force.limits(contract.population) + force.limits_of_dataset(contract.population, contract.name)
    loosened = [limit for limit in standing if not any(_as_strict(limit, mine) for mine in own)]
    if loosened:
        told = [f"{limit.words()}: this contract is looser" for limit in loosened]
        raise _refusal(contract, f"caps stand for population {contract.population!r}", told, fix)


def changes_since(entries: Sequence[Entry], contract: Contract) -> list[str]:
    """What changed since the dataset's standing approval, in words; every term when there is none."""
    standing = _newest(entries, contract.name, standing=True)
    return changes(approval(standing.detail_json).terms if standing else {}, terms(contract))


def is_signed(entries: Sequence[Entry], contract: Contract, *, standing: bool) -> bool:
    """Whether an approval of this very contract is the newest: of the standing ones, or of any."""
    if standing:
        newest = _newest(entries, contract.name, standing=True)
        return newest is not None and newest.key == contract.approval_digest()
    return contract.approval_digest() in _signed(entries, contract.name)


def unapproved(entries: Sequence[Entry]) -> list[str]:
    """Reserves that no approval before them covers. Those of format 1 name none, and come before any."""
    problems: list[str] = []
    signed: dict[str, dict[bool, Entry]] = {}  # dataset -> the newest approval, standing or not
    for entry in entries:
        mine = signed.setdefault(entry.dataset, {})
        if entry.kind == "approve":
            if approval(entry.detail_json).standing:
                mine[True] = entry
            mine[False] = entry
        elif entry.kind == "reserve":
            stated = policy(entry.detail_json)
            covers = [approve for approve in mine.values() if approve.key == stated.approval]
            if not covers and (mine or stated.approval):
                problems.append(f"entry {entry.seq}: was reserved under a contract that nobody had approved")
            elif any(approve.population != entry.population or not _states(approve, stated) for approve in covers):
                problems.append(f"entry {entry.seq}: was reserved for others, or under other caps, than were approved")
    return problems


def _states(approve: Entry, stated: Policy) -> bool:
    signed = approval(approve.detail_json)
    return (signed.caps, signed.delta) == (stated.caps, stated.delta)


def _signed(entries: Sequence[Entry], dataset: str) -> set[str]:
    """The digests to charge under: of the newest standing approval, and of the newest one of a single command."""
    newest = (_newest(entries, dataset, standing=True), _newest(entries, dataset, standing=False))
    return {entry.key for entry in newest if entry is not None}


def _newest(entries: Sequence[Entry], dataset: str, *, standing: bool) -> Entry | None:
    mine = (e for e in reversed(entries) if e.kind == "approve" and e.dataset == dataset)
    return next((entry for entry in mine if not standing or approval(entry.detail_json).standing), None)


def _as_strict(limit: Limit, mine: Limit) -> bool:
    """Whether `mine` allows nothing that `limit` forbids: a cap of the population counts all that a dataset's does."""
    counts, per = mine.dataset in (None, limit.dataset), mine.cap.per in (limit.cap.per, "lifetime")
    return counts and per and mine.cap.epsilon <= limit.cap.epsilon and mine.delta <= limit.delta


def _refusal(contract: Contract, what: str, told: list[str], fix: str = "") -> ApprovalError:
    more = [f"and {len(told) - TOLD} more"] if len(told) > TOLD else []
    lines = "".join(f"\n  - {line}" for line in [*told[:TOLD], *more])
    return ApprovalError(
        f"{what}{lines}",
        where=contract.name,
        fix=fix or f'have the privacy officer read this, and run: noctule approve {contract.name} --why "..."',
    )
