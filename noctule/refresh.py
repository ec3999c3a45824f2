"""One night of one dataset: begin, snapshot, then reserve -> read -> fit -> score -> store -> commit.

The order is the guarantee. What a night does is settled at its start, from public facts. The ledger holds the whole
charge before a row of the snapshot is read for it (design.md, invariant 2); a crash leaves the reservation charged; a
retry with the same key reuses the stored model or charges again.
"""

import hashlib
import logging
import math
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from noctule.checks.verdict import require as require_verdict
from noctule.codes import Codec
from noctule.codes.forbidden import forbidden
from noctule.contract import Contract
from noctule.counts import Counts, RowCounts
from noctule.counts.stored import encoded
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.model import Model
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.errors import BundleError, ContractError, LedgerError
from noctule.evaluation.charged import ChargedScore, charged_tvd2
from noctule.home import Home
from noctule.ingest.ingest import ingest, unchanged
from noctule.ingest.snapshot import Snapshot
from noctule.ledger.book import Ledger
from noctule.locks import locked
from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.tap import NoiseTap
from noctule.period import date_of, next_refit, period_of
from noctule.purchase.buy import buy
from noctule.purchase.cells import of_snapshot
from noctule.purchase.price import Charge, affordable, charge
from noctule.release.anchors import published_anchors
from noctule.release.latest import released
from noctule.sealed import sealed

log = logging.getLogger(__name__)

SCORE_SHARE = 50  # one part in 50 of the night's rho buys the score that may be published
MOST_CELLS = 50_000_000  # of one pair of attributes, all of which the score counts: 400 MB
SCORE_SEED = 1  # of the sample that is scored; sampling is post-processing, so any fixed seed serves


@dataclass(frozen=True)
class Night:
    """What one night does and why, in public words; made once, at its start, and handed from step to step.

    So a chain that passes midnight stays in one period and pays once. `date`: local, of the start; `period`: what one
    charge buys a model for; `next_refit`: the first date of the next one, where a calendar knows it; `snapshot`: id of
    tonight's rows or, on a night that reads none, of those that the standing model was fitted on; empty until known.
    """

    date: str
    period: str
    action: Literal["refit", "resample", "skip"]
    why: str
    next_refit: str | None = None
    snapshot: str = ""

    @property
    def reads(self) -> bool:
        """Whether the night opens the source: only where it may refit, so that nothing else can hang on the rows."""
        return self.action == "refit"


@dataclass(frozen=True)
class Synthesis:
    """A fitted model ready to sample, where it lies, and what this night came to."""

    bundle: Bundle
    folder: Path
    night: Night


def require_ready(contract: Contract) -> None:
    """Refuse what cannot end in a release, before anything is opened. Raises ContractError or UsageError."""
    contract.require_public_domains()
    engine(contract.engine.name)
    stated = Codec(contract.stated())  # which also finds what an Arrow type cannot hold
    forbidden(stated)
    widest = sorted(stated.domain.values())[-2:]
    if math.prod(widest) > MOST_CELLS:
        raise ContractError(
            f"the two widest attributes have {widest[0]:,} and {widest[1]:,} codes: their pair is too large to count",
            where=f"{contract.name}: columns",
            fix="give fewer bins, or group rare categories under other: true",
        )
    if charge(contract).nano_rho < SCORE_SHARE or not affordable(contract):
        raise ContractError(
            f"epsilon {contract.privacy.epsilon:g} is less than a billionth of rho a share: nothing could be measured",
            where=f"{contract.name}: privacy.epsilon",
            fix="raise epsilon, or delta",
        )
    if contract.refresh.refit == "on_drift":
        raise ContractError(
            "refit: on_drift is not built yet",
            where=f"{contract.name}: refresh.refit",
            fix="write refit: nightly, weekly, monthly or on_new_version",
        )


@sealed
def begin(contract: Contract, home: Home, ledger: Ledger, moment: datetime) -> Night:
    """Settle what the night that starts at `moment` does. No row is read, and nothing hangs on the rows.

    A period whose model is stored and paid for never refits, whatever the source holds by now. Raises ContractError,
    ApprovalError.
    """
    require_ready(contract)
    ledger.require_approved(contract)
    refresh = contract.refresh
    date, period, upcoming = date_of(refresh, moment), period_of(refresh, moment), next_refit(refresh, moment)
    with _turn(contract, home):
        stored = _stored(contract, period, home, ledger)
    night = Night(str(date), period, "refit", _due(contract, period, ledger), upcoming and str(upcoming))
    if stored is None:
        return night
    ledger.tick()
    return _free(contract, night, stored, home)


@sealed
def take_snapshot(contract: Contract, home: Home, ledger: Ledger, root: Path) -> Snapshot:
    """The snapshot of a night that refits: the last one while the source file stands untouched, else a new one.

    At the cap a touched file is not even opened. Raises ApprovalError, BudgetError, ContractError, DataError.
    """
    require_ready(contract)
    ledger.require_approved(contract)
    if known := unchanged(contract, home, root):
        log.info("source untouched since its last snapshot")
        return known
    _require_whole(ledger, home)
    cost = charge(contract)
    ledger.require_headroom(contract, event=_event(cost), **asdict(cost))
    log.info("reading the source into the vault")
    return ingest(contract, home, root)


@sealed
def synthesize(contract: Contract, night: Night, snapshot: Snapshot | None, home: Home, ledger: Ledger) -> Synthesis:
    """The stored model of the night's period; or, on a night that refits, a new one: reserved, fitted and committed.

    `snapshot`: tonight's, on a night that reads. Raises CheckError without a passed verdict for it, ApprovalError,
    BudgetError at the cap, BundleError when the model that the night was to sample is gone.
    """
    require_ready(contract)
    ledger.require_approved(contract)
    folder = _model_folder(contract, home, fit_key(contract, night.period))
    with _turn(contract, home):  # two runs of one dataset take turns, so that the second finds the first one's model
        if stored := _stored(contract, night.period, home, ledger):
            log.info("the model of %s is stored: nothing is charged", night.period)
            return Synthesis(stored, folder, _free(contract, night, stored, home))
        if snapshot is None or night.action != "refit":
            raise BundleError(
                f"the stored model of {night.period} went away while the night ran",
                where=contract.name,
                fix=f"run the night again: noctule run {contract.name}; without its model, it refits and is charged",
            )
        require_verdict(contract, snapshot, home)
        return Synthesis(_fit(contract, night, snapshot, home, ledger), folder, night)


def fitted(contract: Contract, folder: Path) -> Bundle:
    """The bundle that a step after training works on; it must have been fitted under today's contract.

    Else a release would state today's unit and population for yesterday's model. Its `contract` is today's, with the
    domains that the fit bought. Raises ContractError, BundleError.
    """
    bundle = bundles.read(folder)
    if bundle.receipt.get("fit_digest", bundle.contract.fit_digest()) != contract.fit_digest():
        raise ContractError(
            "the contract changed since this model was fitted",
            where=contract.name,
            fix=f"run the chain from its start: noctule run {contract.name}",
        )
    return replace(bundle, contract=contract.with_domains_of(bundle.contract))


def fit_key(contract: Contract, period: str) -> str:
    """What one charge buys: this dataset's model of one period, contract and engine (hex, 32 characters).

    Whatever the rows: a key of their content would make the charge tell that they changed.
    """
    return hashlib.sha256(f"{contract.name}/{period}/{contract.fit_digest()}".encode()).hexdigest()[:32]


def _stored(contract: Contract, period: str, home: Home, ledger: Ledger) -> Bundle | None:
    """The bundle of the period when it is whole and paid for; a crash after storing is committed here."""
    key = fit_key(contract, period)
    folder = _model_folder(contract, home, key)
    pending = ledger.pending(contract.name, key)
    if not folder.exists() or not (pending or ledger.committed(contract.name, key)):
        return None
    try:
        found = bundles.read(folder)
    except BundleError:
        log.warning("stored model is damaged: it is set aside, and this night charges again")
        folder.rename(folder.with_name(f".{key}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))
        return None
    if pending and found.receipt["reservation"] == pending.seq:
        ledger.commit(pending, _paid_for(contract, key, period))
    return found


def _due(contract: Contract, period: str, ledger: Ledger) -> str:
    """Why a period without a stored model refits; every reason is public."""
    key, name = fit_key(contract, period), contract.name
    if ledger.pending(name, key) or ledger.committed(name, key):
        return f"the model of {period} was lost, damaged or not finished"
    bought = (entry for entry in ledger.entries() if entry.kind == "commit" and entry.dataset == name)
    if any(entry.detail.get("period") == period for entry in bought):
        return f"the contract changed in {period}"
    return f"first run of {period}"


def _free(contract: Contract, night: Night, stored: Bundle, home: Home) -> Night:
    """The night as it goes on with a stored model. A model of which nothing was released is sampled in any case."""
    skip = contract.refresh.between == "skip" and released(home, contract.name, stored.receipt["key"])
    known = {"why": f"the model of {night.period} stands", "snapshot": stored.receipt["snapshot"]}
    return replace(night, action="skip" if skip else "resample", **known)


def _fit(contract: Contract, night: Night, snapshot: Snapshot, home: Home, ledger: Ledger) -> Bundle:
    key = fit_key(contract, night.period)
    cost = charge(contract)
    _require_whole(ledger, home)
    reservation = ledger.reserve(contract, key=key, event=_event(cost), **asdict(cost))
    tap = NoiseTap()
    bought = buy(contract, of_snapshot(snapshot), nano_rho=cost.nano_rho, tap=tap)
    log.info("encoding %d columns", len(bought.contract.modelled))
    with encoded(snapshot, bought.contract, home.vault / "codes" / contract.name) as counts:
        model, score = _learn(bought.contract, counts, cost.nano_rho - bought.nano_rho, tap)
    tap.require_equal(**asdict(cost))
    receipt: dict[str, Any] = {
        "dataset": contract.name,
        "population": contract.population,
        "engine": contract.engine.name,
        "epsilon": contract.privacy.epsilon,
        "delta": contract.privacy.delta,
        "rho": cost.nano_rho / NANO,
        "nano_rho": cost.nano_rho,
        "approximate_delta": cost.delta,  # of delta: the part that thresholded releases may fail with
        "unit": contract.unit.model_dump(),
        "key": key,
        "period": night.period,
        "fit_digest": contract.fit_digest(),  # of the contract as declared; the bundle holds what was bought too
        "snapshot": snapshot.id,
        "reservation": reservation.seq,
        "ledger_head": f"{reservation.seq}:{reservation.hash}",
        "epsilon_total": balance(contract, ledger)["epsilon_total"],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "score": {"tvd2": score.tvd2, "error95": score.error95, "pairs": score.pairs},
        "bought": bought.items,
        "draws": tap.events(),
    }
    bundle = Bundle(bought.contract, model, receipt)
    bundles.write(bundle, _model_folder(contract, home, key))
    ledger.commit(reservation, _paid_for(contract, key, night.period))
    return bundle


def _paid_for(contract: Contract, key: str, period: str) -> dict[str, Any]:
    return {"bundle": key, "period": period, "fit_digest": contract.fit_digest()}


def _learn(contract: Contract, counts: Counts, nano_rho: int, tap: NoiseTap) -> tuple[Model, ChargedScore]:
    """The fitted model and its score, which together spend `nano_rho`."""
    score_charge, max_rows = nano_rho // SCORE_SHARE, contract.unit.max_rows
    shape = Shape.of(Codec(contract))
    log.info("fitting %s at epsilon %g", contract.engine.name, contract.privacy.epsilon)
    chosen = engine(contract.engine.name)
    model = chosen.fit(counts, shape, nano_rho=nano_rho - score_charge, max_rows=max_rows, tap=tap)
    model = replace(model, forbidden=shape.forbidden)
    log.info("scoring the model")
    rows = max(1, round(model.total))
    sample = RowCounts(lambda _: model.blocks(rows, SCORE_SEED), shape.domain)
    return model, charged_tvd2(counts, sample, rows=model.total, nano_rho=score_charge, max_rows=max_rows, tap=tap)


def balance(contract: Contract, ledger: Ledger) -> dict[str, float]:
    """Epsilon spent on the population inside its cap's window, and what all caps in force leave."""
    caps = ledger.balances(contract)
    return {"epsilon_total": caps[0].epsilon_spent, "epsilon_left": min(cap.epsilon_left for cap in caps)}


def _require_whole(ledger: Ledger, home: Home) -> None:
    """Refuse when the ledger is not the one that published releases name: it was deleted, cut short or replaced."""
    if problems := ledger.verify(published_anchors(home)):
        raise LedgerError(
            f"the ledger does not account for what is published: {'; '.join(problems[:3])}",
            where=ledger.where,
            fix="restore the ledger from its backup; without it nobody knows what was spent",
        )


@contextmanager
def _turn(contract: Contract, home: Home) -> Generator[None]:
    """One run of a dataset at a time decides and fits."""
    folder = home.models / contract.name
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        yield


def _model_folder(contract: Contract, home: Home, key: str) -> Path:
    return home.models / contract.name / key


def _event(cost: Charge) -> dict[str, Any]:
    return {"name": "ZCDpEvent", "rho": cost.nano_rho / NANO}
