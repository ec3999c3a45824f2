"""The privacy passport: what a release cost and what it promises, carried in the Parquet footer and privacy.json."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.errors import BundleError
from noctule.mechanisms.accounting import epsilon_of
from noctule.release.schema import schema_digest, stored_schema

KEY = b"dp.passport"  # for pyarrow and DuckDB
PANDAS = b"PANDAS_ATTRS"  # pandas shows this key, and only this one, as DataFrame.attrs


def passport(
    contract: Contract,
    receipt: dict[str, Any],
    *,
    release: str,
    epsilon_total: float,
    ledger_head: str,
    signed_by: str | None = None,
) -> dict[str, Any]:
    """Flat, public facts.

    `epsilon` is that of the refit; a release whose refit built on earlier ones rests on all of their charges, at
    `epsilon_with_remembered`. `epsilon_total` is what the population has spent in the cap's window, this run included;
    `ledger_head` is the anchor "seq:hash" of the ledger entry that this release was paid by. `signed_by` is the public
    key of a signed release (noctule.release.signature); `code_sha256` the digest of the code that fitted its model.
    """
    return {
        "format": 1,
        "synthetic": True,
        "dataset": contract.name,
        "release": release,
        "epsilon": receipt["epsilon"],
        "delta": receipt["delta"],
        "rho": receipt["rho"],
        **_with_remembered(receipt),
        "population": contract.population,
        "epsilon_total": epsilon_total,
        "epsilon_total_window": contract.privacy.cap.per,
        "privacy_unit": contract.unit.column or "row",
        "max_rows": contract.unit.max_rows,
        "neighbouring_relation": "add or remove one unit",
        "engine": receipt["engine"],
        "model": receipt["key"],
        "mechanisms": sorted({draw["mechanism"] for draw in receipt["draws"]}),
        "contract_sha256": contract.digest(),
        **({"code_sha256": receipt["code"]} if "code" in receipt else {}),  # older fits did not record it
        "schema_sha256": schema_digest(stored_schema(contract)),
        "ledger_head": ledger_head,
        **({"signed_by": signed_by} if signed_by else {}),
        "noctule_version": version("noctule"),
    }


def _with_remembered(receipt: dict[str, Any]) -> dict[str, float]:
    """The epsilon of all that the release rests on, where its model was told what earlier refits had measured."""
    if not (earlier := receipt.get("remembered")):
        return {}
    delta = receipt["delta"] - receipt["approximate_delta"] - earlier["approximate_delta"]
    return {"epsilon_with_remembered": epsilon_of(receipt["nano_rho"] + earlier["nano_rho"], delta)}


def footer(facts: dict[str, Any]) -> dict[bytes, bytes]:
    """The passport as schema metadata, once for each family of readers."""
    text = json.dumps(facts, sort_keys=True).encode()
    return {KEY: text, PANDAS: text}


def read_passport(file: Path) -> dict[str, Any]:
    """The passport in a Parquet footer. Raises BundleError when there is none, or its two copies differ."""
    try:
        metadata = cast("dict[bytes, bytes]", pq.read_schema(file).metadata or {})
        if metadata[KEY] == metadata[PANDAS] and isinstance(facts := json.loads(metadata[KEY]), dict):
            return cast("dict[str, Any]", facts)
    except (pa.ArrowException, OSError, KeyError, ValueError):
        pass
    raise BundleError("no readable privacy passport", where=file.name, fix="fetch the release again from the lake")
