"""Sampling: post-processing of the model, so it costs nothing."""

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from assets.metadata import column_schema, metadata
from assets.step import step
from assets.tonight import worded_as
from noctule.contract import Contract
from noctule.refresh import fitted
from noctule.release.publish import release_id
from noctule.release.stage import stage
from resources.state import State

KEPT = 2  # staged samples a dataset; release ids sort by time

DESCRIPTION = """A fresh sample of the model, with the source's columns and types; sampling costs no epsilon.

Staged, not yet published. Stand-ins for names, e-mails and phones are drawn by Faker, independent of the data."""


def synthetic(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "synthetic", kinds={"parquet", "faker"}, description=DESCRIPTION),
        ins={name: dg.AssetIn([contract.name, name]) for name in ("synthesizer", "descriptions")},
        metadata={"dagster/column_schema": column_schema(contract)},
    )
    def asset(state: State, synthesizer: dict[str, Any], descriptions: dict[str, Any]) -> dg.MaterializeResult:
        bundle = fitted(worded_as(contract, descriptions), Path(synthesizer["bundle"]))
        wanted = contract.refresh.rows
        rows = max(1, round(bundle.model.total)) if wanted == "same" else wanted
        seed = secrets.randbits(63)
        release = release_id(datetime.now(UTC), f"{seed:x}")
        folder = state.home.staging / contract.name
        staged = stage(bundle, rows, seed, folder / release)
        for old in sorted(folder.iterdir())[:-KEPT]:
            shutil.rmtree(old)
        return dg.MaterializeResult(
            value={**synthesizer, **descriptions, "staged": str(staged), "rows": rows, "release_id": release},
            metadata=metadata({"dagster/row_count": rows, "dagster/column_schema": column_schema(bundle.contract)}),
        )

    return asset
