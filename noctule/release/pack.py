"""The documents of a release beside its data: each a function of public facts, written for another reader."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.durable import sha256_of
from noctule.release.card import card, quality
from noctule.release.croissant import croissant
from noctule.release.datapackage import datapackage
from noctule.release.gates import Gate
from noctule.release.layout import CARD, CERTIFICATE, CROISSANT, DATAPACKAGE, NOTEBOOK, PAGE, PRIVACY, QUALITY
from noctule.release.notebook import notebook
from noctule.release.page import page
from noctule.release.registry import registry
from noctule.release.schema import plain_schema
from noctule.release.suitability import suitability


def documents(
    contract: Contract,
    facts: dict[str, Any],
    receipt: dict[str, Any],
    gates: list[Gate],
    trusted: dict[str, Any] | None,
    certified: dict[str, Any],
    data: Path,
) -> dict[str, str]:
    """Name -> text. `trusted`: of `noctule.release.trust`, `certified`: of `certificate`, `data`: the sealed file."""
    schema, rows = plain_schema(data), pq.read_metadata(data).num_rows
    sha256 = sha256_of(data)
    suitable = suitability(trusted, contract, schema.names) if trusted else None
    return {
        CARD: card(contract, facts, gates, schema, rows, trusted, suitable),
        QUALITY: as_json(quality(facts, receipt, gates, trusted, suitable)),
        PRIVACY: as_json({**facts, "draws": receipt["draws"], "registry": registry(contract, facts)}),
        CERTIFICATE: as_json(certified),
        PAGE: page(certified),
        CROISSANT: as_json(croissant(contract, facts, schema, data.stat().st_size, sha256)),
        NOTEBOOK: as_json(notebook(contract, facts, suitable)),
        DATAPACKAGE: as_json(datapackage(contract, facts, schema, sha256)),
    }


def as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
