"""The internal version: written beside the evaluation, before any gate, so that one that fails can be understood."""

import logging
from pathlib import Path

from noctule.durable import whole_file
from noctule.engines.bundle import Bundle
from noctule.errors import UsageError
from noctule.evaluation.evaluate import Evaluation
from noctule.home import Home
from noctule.ledger.balance import balance
from noctule.ledger.book import Ledger
from noctule.ledger.entry import GENESIS
from noctule.ledger.grant import limits_on
from noctule.release.find import earlier
from noctule.release.gates import gate
from noctule.release.layout import RELEASES
from noctule.release.passport import passport
from noctule.release.trust import trust
from noctule.report.report import report
from noctule.report.told import Told, tell

log = logging.getLogger(__name__)


def internal_report(
    bundle: Bundle, home: Home, staged: Path, found: Evaluation, ledger: Ledger, release: str
) -> Path | None:
    """Write vault/reports/<dataset>/<release>.html, whole or not at all, and return its path.

    `found`: of `evaluate`, on the `staged` rows of this bundle. The gates are shown as they will be decided. None when
    it failed: whether a release is published must not hang on numbers nobody paid for.
    """
    path = _path(home, bundle.contract.name, release)
    try:
        page = report(_told(bundle, home, staged, found, ledger, release))
        with whole_file(path) as partial:
            partial.write_text(page)
    except Exception as error:
        log.warning("the internal report failed with %s; the release does not hang on it", type(error).__name__)
        return None
    return path


def _told(bundle: Bundle, home: Home, staged: Path, found: Evaluation, ledger: Ledger, release: str) -> Told:
    contract, receipt, (book, now) = bundle.contract, bundle.receipt, ledger.sound()
    first = limits_on(book, contract)[0]
    return tell(
        contract,
        passport(
            contract,
            receipt,
            release=release,
            epsilon_total=balance(book, contract.population, first, now).epsilon_spent,
            ledger_head=f"{book[-1].seq}:{book[-1].hash}" if book else f"0:{GENESIS}",
        ),
        receipt,
        staged,
        gates=gate(contract, receipt, found.released["validity"], staged),
        trusted=trust(bundle, staged),
        book=book,
        at=now,
        before=earlier(home.lake / contract.name / RELEASES, release),
        internal=found.internal,
    )


def kept_report(home: Home, dataset: str, release: str) -> Path:
    """Where the internal report of a release lies. Raises UsageError when this vault holds none."""
    path = _path(home, dataset, release)
    if not path.exists():
        raise UsageError(
            f"this vault holds no internal report of {release}",
            where=dataset,
            fix="it is written by the night that makes the release, on the side of the vault",
        )
    return path


def _path(home: Home, dataset: str, release: str) -> Path:
    return home.vault / "reports" / dataset / f"{release}.html"
