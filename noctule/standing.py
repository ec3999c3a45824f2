"""The model that a refit starts from: what was measured once serves again, as post-processing of paid-for noise."""

import logging
from dataclasses import dataclass
from pathlib import Path

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.prior import Prior
from noctule.engines.registry import engine
from noctule.errors import BundleError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """`prior`: what a refit is given. `nano_rho`: all that was ever charged for it, which stands behind the refit's
    release beside the refit's own charge."""

    prior: Prior
    nano_rho: int


def standing(contract: Contract, models: Path) -> Standing | None:
    """What the newest whole bundle of the folder `models` knows of `contract`; None when nothing is to be remembered.

    `contract` is the effective one, all domains filled in: an attribute is known where its column is the same in both.
    """
    drift = contract.refresh.assumed_drift
    if drift is None or not engine(contract.engine.name).remembers:
        return None
    found = _newest(models)
    if found is None or found.contract.unit != contract.unit or found.contract.population != contract.population:
        return None
    before, now = (
        {c.name: c.model_copy(update={"description": ""}) for c in one.columns} for one in (found.contract, contract)
    )
    same = [
        attribute.name
        for attribute in Codec(contract).attributes
        if before.get(attribute.column) == now[attribute.column]
    ]
    spent = found.receipt["nano_rho"] + found.receipt.get("nano_rho_remembered", 0)
    log.info("starting from what an earlier refit measured of %d attributes", len(same))
    return Standing(Prior.of(found.model, drift, same), spent)


def _newest(models: Path) -> Bundle | None:
    """By the time it was written: one that a restored backup put in the wrong order is only older than assumed."""
    folders = [path for path in models.glob("*") if path.is_dir() and not path.name.startswith(".")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            return bundles.read(folder)
        except BundleError:
            log.warning("a damaged model is passed over")
    return None
