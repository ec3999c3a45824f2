"""One night of one dataset: begin, snapshot, then reserve -> read -> fit -> score -> store -> commit.

The order is the guarantee. What a night does is settled at its start, from public facts. The ledger holds the whole
charge before a row of the snapshot is read for it (design.md, invariant 2); a crash leaves the reservation charged; a
retry with the same key reuses the stored model or charges again.
"""

import logging
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noctule import drift
from noctule.checks.verdict import require as require_verdict
from noctule.code import code_digest
from noctule.codes import Codec
from noctule.codes.forbidden import forbidden
from noctule.contract import Contract
from noctule.counts import Counts, RowCounts
from noctule.counts.stored import encoded
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.model import Model
from noctule.engines.prior import Prior
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.errors import BundleError, ContractError, LedgerError
from noctule.evaluation.charged import ChargedScore, charged_tvd2, total_distance
from noctule.home import Home
from noctule.ingest.ingest import ingest, unchanged
from noctule.ingest.journal import recorded
from noctule.ingest.reads import opened
from noctule.ingest.snapshot import Snapshot
from noctule.ledger.book import Ledger
from noctule.ledger.entry import Reservation
from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.probe import probe
from noctule.mechanisms.tap import NoiseTap
from noctule.models import fit_key, folder_of, paid_for, receipts, stored_model, turn
from noctule.night import Night, free, newest, succeeded, watch_file, watched
from noctule.purchase.buy import Bought, buy
from noctule.purchase.cells import of_rows
from noctule.purchase.price import Charge, affordable, charge, shopping
from noctule.release.anchors import published_anchors
from noctule.release.signature import require_signer
from noctule.sealed import sealed
from noctule.standing import standing

log = logging.getLogger(__name__)

SCORE_SHARE = 50  # one part in 50 of the night's rho buys the score that may be published
MOST_CELLS = 50_000_000  # of one pair of attributes, all of which the score counts: 400 MB
SCORE_SEED = 1  # of the sample that is scored; sampling is post-processing, so any fixed seed serves


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


@sealed
def take_snapshot(contract: Contract, home: Home, ledger: Ledger, root: Path, *, refits: bool = True) -> Snapshot:
    """The snapshot of a night that reads: the last one while the source file stands untouched, else a new one.

    At the cap a touched file is not even opened by a night that `refits`. Raises ApprovalError, BudgetError,
    ContractError, DataError.
    """
    require_ready(contract)
    require_signer(home)
    ledger.require_approved(contract)
    if known := unchanged(contract, home, root):
        log.info("source untouched since its last snapshot")
        return known
    if refits:
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
    require_signer(home)
    ledger.require_approved(contract)
    if night.reads and snapshot is None:
        raise ValueError("a night that reads is given its snapshot")
    with turn(contract, home):  # two runs of one dataset take turns, so that the second finds the first one's model
        if night.action == "test" and snapshot is not None:
            night = _tested(contract, night, snapshot, home, ledger)
        folder = folder_of(contract, home, fit_key(contract, night.period))
        if stored := stored_model(contract, night.period, home, ledger):
            log.info("the model of %s is stored: nothing is charged", night.period)
            return Synthesis(stored, folder, free(contract, night, stored, home))
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


def _tested(contract: Contract, night: Night, snapshot: Snapshot, home: Home, ledger: Ledger) -> Night:
    """The night after the drift test: due for the next model, or as it was. Raises CheckError.

    What acts is the answer as it is stored, not the one just drawn.
    """
    require_verdict(contract, snapshot, home)
    stored, file = stored_model(contract, night.period, home, ledger), watch_file(contract, home, night.period)
    if stored is None:
        return night
    if newest(contract, ledger) > int(night.period.removeprefix("watch ")):  # a night of before, run again
        return succeeded(night, "the drift test had said yes")
    if watch := drift.read(file):
        due = drift.threshold(contract, stored.receipt["score"], stored.model.total)
        drift.ask(watch, file, night.date, lambda: _distance(stored, snapshot, home), due)
    return watched(contract, night, home)


def _distance(stored: Bundle, snapshot: Snapshot, home: Home) -> int:
    """What the drift test asks: S of tonight's rows and the sample that was scored at the fit, in rows. Raw."""
    log.info("asking the drift test")
    sample = _scored_sample(stored.model)
    columns = [column.name for column in stored.contract.modelled]
    rows = opened(snapshot, home, "drift test", columns=columns, reservation=stored.receipt["ledger_head"])
    with encoded(rows, stored.contract, home.vault / "codes" / stored.contract.name) as counts:
        return total_distance(counts, sample, round(stored.model.total))


def _fit(contract: Contract, night: Night, snapshot: Snapshot, home: Home, ledger: Ledger) -> Bundle:
    key = fit_key(contract, night.period)
    cost = charge(contract)
    _require_whole(ledger, home)
    noise = probe(receipt.get("noise_source", {}) for receipt in receipts(home))
    reservation = ledger.reserve(contract, key=key, event=_event(cost), **asdict(cost))
    tap = NoiseTap()
    bought = _bought(contract, snapshot, home, reservation, tap)
    log.info("encoding %d columns", len(bought.contract.modelled))
    for_watch, max_rows = drift.price(contract, cost.nano_rho), contract.unit.max_rows
    columns = [column.name for column in bought.contract.modelled]
    rows = opened(snapshot, home, "fit", columns=columns, reservation=reservation.anchor)
    with encoded(rows, bought.contract, home.vault / "codes" / contract.name) as counts:
        before, for_fit = standing(bought.contract, home.models / contract.name), cost.nano_rho - bought.nano_rho
        model, score = _learn(bought.contract, counts, for_fit - for_watch, tap, before and before.prior)
    watch = drift.Watch.draw(model.domain, nano_rho=for_watch, max_rows=max_rows, tap=tap) if for_watch else None
    tap.require_equal(**asdict(cost))
    receipt: dict[str, Any] = {
        "dataset": contract.name,
        "population": contract.population,
        "engine": contract.engine.name,
        "epsilon": contract.privacy.epsilon,
        "delta": contract.privacy.delta,
        "rho": cost.nano_rho / NANO,
        "nano_rho": cost.nano_rho,
        "remembered": before.cost if before else {},  # charged earlier, and behind this model too
        "approximate_delta": cost.delta,  # of delta: the part that thresholded releases may fail with
        "unit": contract.unit.model_dump(),
        "key": key,
        "period": night.period,
        "fit_digest": contract.fit_digest(),  # of the contract as declared; the bundle holds what was bought too
        "snapshot": snapshot.id,
        "reservation": reservation.seq,
        "ledger_head": reservation.anchor,
        "epsilon_total": balance(contract, ledger)["epsilon_total"],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "score": {"tvd2": score.tvd2, "error95": score.error95, "pairs": score.pairs},
        "bought": bought.items,
        "draws": tap.events(),
        "noise_source": noise,
        "code": code_digest(),
        "reads": recorded(home, contract.name, snapshot.id),
    }
    bundle = Bundle(bought.contract, model, receipt)
    if watch:
        drift.keep(watch, watch_file(contract, home, night.period))
    bundles.write(bundle, folder_of(contract, home, key))
    ledger.commit(reservation, paid_for(contract, key, night.period))
    return bundle


def _bought(contract: Contract, snapshot: Snapshot, home: Home, reservation: Reservation, tap: NoiseTap) -> Bought:
    """The purchase; where nothing is left open no row is read for it."""
    if not (todo := [column.name for column in shopping(contract)]):
        return Bought(contract, [], 0)
    rows = opened(snapshot, home, "purchase", columns=todo, reservation=reservation.anchor)
    return buy(contract, of_rows(rows), nano_rho=reservation.nano_rho, tap=tap)


def _learn(
    contract: Contract, counts: Counts, nano_rho: int, tap: NoiseTap, prior: Prior | None
) -> tuple[Model, ChargedScore]:
    """The fitted model and its score, which together spend `nano_rho`."""
    score_charge, max_rows = nano_rho // SCORE_SHARE, contract.unit.max_rows
    shape = Shape.of(Codec(contract))
    log.info("fitting %s at epsilon %g", contract.engine.name, contract.privacy.epsilon)
    chosen = engine(contract.engine.name)
    remembered = {"prior": prior} if prior else {}
    model = chosen.fit(counts, shape, nano_rho=nano_rho - score_charge, max_rows=max_rows, tap=tap, **remembered)
    model = replace(model, forbidden=shape.forbidden)
    log.info("scoring the model")
    sample, rows = _scored_sample(model), model.total
    return model, charged_tvd2(counts, sample, rows=rows, nano_rho=score_charge, max_rows=max_rows, tap=tap)


def _scored_sample(model: Model) -> RowCounts:
    """Counts of the one sample that the score and the drift test compare with: fixed, and public once the model is."""
    rows = max(1, round(model.total))
    return RowCounts(lambda _: model.blocks(rows, SCORE_SEED), model.domain)


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


def _event(cost: Charge) -> dict[str, Any]:
    return {"name": "ZCDpEvent", "rho": cost.nano_rho / NANO}
