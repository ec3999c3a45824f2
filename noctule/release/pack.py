"""The documents of a release beside its data: each a function of public facts, written for another reader."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.durable import sha256_of
from noctule.ledger.entry import Entry
from noctule.release.card import card, quality
from noctule.release.croissant import croissant
from noctule.release.datapackage import datapackage
from noctule.release.gates import Gate
from noctule.release.layout import CARD, CERTIFICATE, CROISSANT, DATAPACKAGE, NOTEBOOK, PAGE, PRIVACY, QUALITY, REPORT
from noctule.release.notebook import notebook
from noctule.release.page import page
from noctule.release.registry import registry
from noctule.release.schema import plain_schema
from noctule.release.suitability import suitability
from noctule.report.report import report
from noctule.report.told import tell


def documents(
    contract: Contract,
    facts: dict[str, Any],
    receipt: dict[str, Any],
    gates: list[Gate],
    trusted: dict[str, Any] | None,
    certified: dict[str, Any],
    book: Sequence[Entry],
    at: datetime,
    before: Path | None,
    data: Path,
) -> dict[str, str]:
    """Name -> text. `trusted`: of `noctule.release.trust`, `certified`: of `certificate`; `book`: the ledger's entries
    as of `at`; `before`: the release before this one; `data`: the sealed file."""
    schema, rows = plain_schema(data), pq.read_metadata(data).num_rows
    sha256 = sha256_of(data)
    suitable = suitability(trusted, contract, schema.names) if trusted else None
    told = tell(contract, facts, receipt, data, gates=gates, trusted=trusted, book=book, at=at, before=before)
    return {
        CARD: card(contract, facts, gates, schema, rows, trusted, suitable),
        QUALITY: as_json(quality(facts, receipt, gates, trusted, suitable)),
        PRIVACY: as_json({**facts, "draws": receipt["draws"], "registry": registry(contract, facts)}),
        CERTIFICATE: as_json(certified),
        PAGE: page(certified),
        REPORT: report(told),
        CROISSANT: as_json(croissant(contract, facts, schema, data.stat().st_size, sha256)),
        NOTEBOOK: as_json(notebook(contract, facts, suitable)),
        DATAPACKAGE: as_json(datapackage(contract, facts, schema, sha256)),
    }


def as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
