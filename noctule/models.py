"""The stored models of a dataset: what each is keyed by, where it lies, and whether it is whole and paid for."""

import hashlib
import json
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noctule.contract import Contract
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.errors import BundleError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.locks import locked

log = logging.getLogger(__name__)


def fit_key(contract: Contract, period: str) -> str:
    """What one charge buys: this dataset's model of one period, contract and engine (hex, 32 characters).

    Whatever the rows: a key of their content would make the charge tell that they changed.
    """
    return hashlib.sha256(f"{contract.name}/{period}/{contract.fit_digest()}".encode()).hexdigest()[:32]


def folder_of(contract: Contract, home: Home, key: str) -> Path:
    return home.models / contract.name / key


@contextmanager
def turn(contract: Contract, home: Home) -> Generator[None]:
    """One run of a dataset at a time decides and fits."""
    folder = home.models / contract.name
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        yield


def stored_model(contract: Contract, period: str, home: Home, ledger: Ledger) -> Bundle | None:
    """The bundle of the period when it is whole and paid for; a crash after storing is committed here."""
    key = fit_key(contract, period)
    folder = folder_of(contract, home, key)
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
        ledger.commit(pending, paid_for(contract, key, period))
    return found


def charged(contract: Contract, period: str, ledger: Ledger) -> bool:
    """Whether a model of the period was ever paid for; it need not have been finished."""
    key = fit_key(contract, period)
    return bool(ledger.pending(contract.name, key) or ledger.committed(contract.name, key))


def paid_for(contract: Contract, key: str, period: str) -> dict[str, Any]:
    return {"bundle": key, "period": period, "fit_digest": contract.fit_digest()}


def receipts(home: Home) -> Iterator[dict[str, Any]]:
    """The receipt of every stored model of every dataset, also of those that were set aside; what is damaged is not."""
    for path in sorted(home.models.glob("*/*/bundle.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            yield json.loads(path.read_text())["receipt"]
