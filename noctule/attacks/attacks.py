"""All attacks on one release."""

import logging
from collections.abc import Callable

import pyarrow as pa

from noctule.attacks.closest import closest
from noctule.attacks.copies import exact_copies, near_copies
from noctule.attacks.disclosure import disclosure
from noctule.attacks.inference import inference
from noctule.attacks.linkability import linkability
from noctule.attacks.outliers import outliers
from noctule.attacks.result import Attack, not_measured
from noctule.attacks.singling_out import singling_out
from noctule.attacks.trial import trials
from noctule.contract import Contract
from noctule.evaluation.records import Records, records

log = logging.getLogger(__name__)

MOST_ROWS = 100_000  # of a side, in all attacks but exact copies


def attacks(real: pa.Table, control: pa.Table | None, synthetic: pa.Table, contract: Contract) -> list[Attack]:
    """Every attack on `synthetic`, whose model was fitted to `real`; `control`: rows that had no part in the fit.

    The same tables give the same figures. Raises DataError for a table that the contract's rules refuse.
    """
    others = None if control is None else records(control, contract)
    return attacked(records(real, contract), others, records(synthetic, contract), contract.targets)


def attacked(real: Records, control: Records | None, synthetic: Records, targets: list[str]) -> list[Attack]:
    """As `attacks`; `targets`: the columns that are sensitive.

    An attack that fails is not measured, and the others stand; its error, which may quote a value, is reduced to its
    class.
    """
    mine, null = trials(real, control, synthetic, MOST_ROWS)
    calls: dict[str, Callable[[], Attack]] = {
        "exact copies": lambda: exact_copies(real, control, synthetic),
        "near copies": lambda: near_copies(mine, null),
        "closest record": lambda: closest(mine, null),
        "rare people": lambda: outliers(mine, null),
        "singling out": lambda: singling_out(mine, null),
        "linkability": lambda: linkability(mine, null),
        "inference": lambda: inference(mine, null),
        "disclosure": lambda: disclosure(mine, null, targets),
    }
    return [_attempt(name, call) for name, call in calls.items()]


def _attempt(name: str, call: Callable[[], Attack]) -> Attack:
    log.info("attack: %s", name)
    try:
        return call()
    except Exception as error:
        log.warning("the attack %r failed with %s", name, type(error).__name__)
        return not_measured(name, f"failed with {type(error).__name__}")
