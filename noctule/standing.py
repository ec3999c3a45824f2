"""The model that a refit starts from: what was measured once serves again, as post-processing of paid-for noise."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.columns import Column
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.prior import Prior
from noctule.engines.registry import engine
from noctule.errors import BundleError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """`prior`: what a refit is given. `cost`: what was ever charged for it, plain JSON for the receipt.

    A release that remembers rests on all of `cost` beside its own charge: `nano_rho`, and `approximate_delta`, the
    probability with which thresholded releases among it may fail; `reservations`, the "seq:hash" of each charge, where
    all of the receipts name theirs.
    """

    prior: Prior
    cost: dict[str, Any]


def standing(contract: Contract, models: Path) -> Standing | None:
    """What the newest whole bundle of the folder `models` knows of `contract`; None when nothing is to be remembered.

    `contract` is the effective one, all domains filled in: an attribute is known where its column is the same in both.
    Another unit or population is another guarantee, so nothing is taken from its models.
    """
    drift, found = contract.refresh.assumed_drift, _newest(models)
    if drift is None or found is None or not engine(contract.engine.name).remembers:
        return None
    if (found.contract.unit, found.contract.population) != (contract.unit, contract.population):
        return None
    earlier = found.receipt.get("remembered", {})
    cost: dict[str, Any] = {
        name: found.receipt.get(name, 0) + earlier.get(name, 0) for name in ("nano_rho", "approximate_delta")
    }
    if cost["approximate_delta"] > contract.privacy.delta / 2:  # hundreds of refits: begin again, so that delta holds
        return None
    if "ledger_head" in found.receipt and (not earlier or "reservations" in earlier):
        cost["reservations"] = [*earlier.get("reservations", []), found.receipt["ledger_head"]]
    before, now = _columns(found.contract), _columns(contract)
    known = [one.name for one in Codec(contract).attributes if before.get(one.column) == now[one.column]]
    log.info("starting from what earlier refits measured of %d attributes", len(known))
    return Standing(Prior.of(found.model, drift, known), cost)


def _columns(contract: Contract) -> dict[str, Column]:
    return {column.name: column.model_copy(update={"description": ""}) for column in contract.columns}


def _newest(models: Path) -> Bundle | None:
    """By the time it was written. Were that wrong, after a restored backup, what is known is older than assumed."""
    folders = [path for path in models.glob("*") if path.is_dir() and not path.name.startswith(".")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            return bundles.read(folder)
        except BundleError:
            log.warning("a damaged model is passed over")
    return None
