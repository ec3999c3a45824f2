"""Whether what ran proves what a certificate will say: reads, reservation, draws and noise, held against each other.

The fit is not believed on its own account: the ledger tells the charge, and the cost of each draw is computed anew.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from noctule.contract import Contract
from noctule.errors import CertificateError
from noctule.ingest.reads import COVER
from noctule.ledger.compose import ATTO
from noctule.ledger.entry import Entry, Reservation
from noctule.ledger.policy import policy
from noctule.mechanisms.accounting import epsilon_of
from noctule.mechanisms.probe import PRIMITIVES
from noctule.mechanisms.sparse_vector import QUESTION

LINE = ("step", "cover", "columns", "reservation")  # what a certificate tells of a read

RHO: dict[str, Callable[[float, float], float]] = {
    "discrete_gaussian": lambda s, scale: s**2 / (2 * scale**2),
    "gaussian_threshold": lambda s, scale: s**2 / (2 * scale**2),
    "noisy_max": lambda s, scale: (2 * s / scale) ** 2 / 8,
    "sparse_vector": lambda s, scale: ((1 + QUESTION) * s / scale) ** 2 / 2,
}
"""rho of one draw by its sensitivity and scale; the formulas' sources stand with each mechanism."""


@dataclass(frozen=True)
class Proof:
    """`reserve` and `approve`: the ledger's entry that paid, and the one it was granted under. `reads`: each step of
    this release once, in the order of COVER."""

    reserve: Entry
    approve: Entry
    reads: list[dict[str, Any]]


def require_covered(
    contract: Contract, receipt: dict[str, Any], reads: Sequence[dict[str, Any]], book: Sequence[Entry]
) -> Proof:
    """The proof behind a release of the model that `receipt` is of. Raises CertificateError at the first gap.

    `reads`: lines of the journals of tonight's snapshot; those of the fit stand in the receipt. `book`: a sound ledger.
    """
    if "reads" not in receipt or "noise_source" not in receipt:
        raise _refused(
            contract,
            "this model was fitted before reads and noise were recorded",
            f"wait for the next refit, or move models/{contract.name}/{receipt.get('key')} away to pay for one tonight",
        )
    reserves = {Reservation.of(entry).anchor: entry for entry in book if entry.kind == "reserve"}
    reserve = _reserve(contract, receipt, reserves, book)
    _require_draws(contract, receipt, reserve)
    _require_probe(contract, receipt)
    _require_remembered(contract, receipt, reserves)
    every = [*receipt["reads"], *reads]
    for line in every:
        _require_cover(contract, line, reserves)
    for step in ("ingest", "fit", *(["purchase"] if receipt.get("bought") else [])):
        wanted = receipt["ledger_head"] if COVER[step] == "charged" else None
        if not any((line["step"], line["reservation"]) == (step, wanted) for line in receipt["reads"]):
            raise _refused(contract, f"no {step} of this model's rows is recorded", "refit")
    return Proof(reserve, _approve(contract, reserve, book), _of_this_release(every, receipt["ledger_head"]))


def cost(draws: Sequence[dict[str, Any]]) -> tuple[int, float]:
    """Nano-rho (rounded up; a thousandth is float noise) and approximate delta of draws, by RHO and not by their own
    word. Raises KeyError for a mechanism that is not known."""
    rho = math.fsum(RHO[draw["mechanism"]](draw["sensitivity"], draw["scale"]) for draw in draws)
    return math.ceil(rho * 1e9 - 1e-3), math.fsum(draw.get("delta", 0.0) for draw in draws)


def _reserve(contract: Contract, receipt: dict[str, Any], reserves: dict[str, Entry], book: Sequence[Entry]) -> Entry:
    """The entry that paid for the model: of its dataset, population, key and amount, committed, and enough."""
    found = reserves.get(receipt["ledger_head"])
    if found is None:
        raise _refused(contract, "the reservation of this model does not stand in the ledger", "restore the ledger")
    stated = (receipt["dataset"], receipt["population"], receipt["key"], receipt["nano_rho"])
    if (found.dataset, found.population, found.key, found.nano_rho) != stated or stated[:2] != (
        contract.name,
        contract.population,
    ):
        raise _refused(contract, f"entry {found.seq} of the ledger paid for something else than this model", "refit")
    if contract.unit.model_dump() != receipt["unit"]:
        raise _refused(contract, "the model was fitted for another unit", "refit")
    if not any(entry.kind == "commit" and entry.reservation == found.seq for entry in book):
        raise _refused(contract, f"entry {found.seq} of the ledger was never committed", "run the dataset again")
    left = receipt["delta"] - policy(found.detail_json).atto_delta / ATTO
    if epsilon_of(found.nano_rho, left) > receipt["epsilon"] * (1 + 1e-9):
        raise _refused(contract, "the charge is worth more than the epsilon that would be stated", "refit; report it")
    return found


def _require_draws(contract: Contract, receipt: dict[str, Any], reserve: Entry) -> None:
    if strange := {draw["mechanism"] for draw in receipt["draws"]} - RHO.keys():
        raise _refused(contract, f"mechanism {min(strange)!r} is not known here", "add its cost to RHO, in review")
    nano_rho, delta = cost(receipt["draws"])
    if nano_rho != reserve.nano_rho:
        told = f"the draws come to {nano_rho} nano-rho, the reservation is of {reserve.nano_rho}"
        raise _refused(contract, told, "do not release this model; report it")
    if delta > policy(reserve.detail_json).atto_delta / ATTO * (1 + 1e-9):
        raise _refused(contract, "the draws may fail more often than was reserved", "do not release it; report it")


def _require_probe(contract: Contract, receipt: dict[str, Any]) -> None:
    if receipt["noise_source"].get("probe", {}).keys() != PRIMITIVES.keys():
        raise _refused(contract, "the noise of this model was not probed", "refit")


def _require_remembered(contract: Contract, receipt: dict[str, Any], reserves: dict[str, Entry]) -> None:
    """What earlier refits cost, where the receipt names their reservations: each stands, and they sum to it."""
    earlier = receipt.get("remembered") or {}
    paid = [reserves.get(anchor) for anchor in earlier.get("reservations", [])]
    if paid and (None in paid or sum(entry.nano_rho for entry in paid if entry) != earlier["nano_rho"]):
        raise _refused(contract, "the earlier refits that this model rests on do not stand in the ledger", "refit")


def _require_cover(contract: Contract, line: dict[str, Any], reserves: dict[str, Entry]) -> None:
    """One line of a journal: a known step under its own cover and, when charged, a reservation of this dataset."""
    step, reservation = line.get("step"), line.get("reservation")
    if not line.keys() >= set(LINE) or COVER.get(str(step)) is None or line["cover"] != COVER[str(step)]:
        raise _refused(contract, f"step {step!r} touched raw rows without cover", "find out what ran, then refit")
    if COVER[str(step)] != "charged":
        return
    paid = reserves.get(str(reservation))
    if paid is None or paid.dataset != contract.name:
        raise _refused(contract, f"step {step!r} read rows outside a reservation", "find out what ran, then refit")


def _approve(contract: Contract, reserve: Entry, book: Sequence[Entry]) -> Entry:
    signed = policy(reserve.detail_json).approval
    for entry in reversed(book[: reserve.seq]):
        if entry.kind == "approve" and (entry.dataset, entry.key) == (reserve.dataset, signed):
            return entry
    raise _refused(
        contract, f"entry {reserve.seq} was reserved under a contract that nobody approved", "approve, refit"
    )


def _of_this_release(reads: Sequence[dict[str, Any]], reservation: str) -> list[dict[str, Any]]:
    """Each step once, as it was read last, without its day.

    A snapshot that did not change keeps its journal. So days, repetitions, and what other refits read of the same rows
    would tell whether a record had changed; each of those reads has been held against the ledger all the same.
    """
    newest = {line["step"]: line for line in reads if line["reservation"] in (None, reservation)}
    return [{key: newest[step][key] for key in LINE} for step in COVER if step in newest]


def _refused(contract: Contract, what: str, fix: str) -> CertificateError:
    return CertificateError(f"no certificate, no release: {what}", where=contract.name, fix=f"`latest` stands; {fix}")
