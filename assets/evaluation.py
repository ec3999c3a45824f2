"""How good the sample is: charged and released numbers for everyone, internal ones for the vault side."""

import base64
from pathlib import Path
from typing import Any

import dagster as dg

from assets.metadata import metadata, table
from assets.step import step
from noctule.contract import Contract
from noctule.evaluation.evaluate import evaluate, store
from noctule.ingest.snapshot import named
from noctule.refresh import fitted
from resources.state import State

DESCRIPTION = """How close the sample is to the table, and how useful.

The charged score is differentially private and may be published. Everything compared with raw rows (SDMetrics,
exact distances, train-on-synthetic) is internal: it is shown here only while the instance is inside the vault."""


def evaluation(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "evaluation", kinds={"sdmetrics", "scikitlearn"}, description=DESCRIPTION),
        ins={"synthetic": dg.AssetIn([contract.name, "synthetic"])},
    )
    def asset(state: State, synthetic: dict[str, Any]) -> dg.MaterializeResult:
        bundle = fitted(contract, Path(synthetic["bundle"]))
        snapshot = named(state.home, contract.name, synthetic["snapshot"])
        found = evaluate(bundle.contract, snapshot, Path(synthetic["staged"]), bundle.receipt["score"])
        store(found, state.home, contract.name, synthetic["release_id"])
        facts = {
            "fidelity/validity": found.released["validity"],
            "fidelity/tvd2_charged": found.charged["tvd2"],
            "fidelity/tvd2_charged_error95": found.charged["error95"],
            "fidelity/tvd1": found.internal.get("tvd1"),
            "fidelity/tvd2": found.internal.get("tvd2"),
            "fidelity/sdmetrics_quality": found.internal.get("sdmetrics_quality"),
            "fidelity/sdmetrics_diagnostic": found.internal.get("sdmetrics_diagnostic"),
            "fidelity/columns": table(found.internal.get("columns", [])),
            "fidelity/marginals": _image(found.marginals),
            "utility/tstr": found.internal.get("tstr"),
            "utility/trtr": found.internal.get("trtr"),
        }
        return dg.MaterializeResult(
            value={**synthetic, "validity": found.released["validity"]},
            metadata=metadata(facts, inside_vault=state.instance_is_inside_vault),
        )

    return asset


def _image(png: bytes) -> dg.MarkdownMetadataValue | None:
    if not png:
        return None
    return dg.MetadataValue.md(f"![real against synthetic](data:image/png;base64,{base64.b64encode(png).decode()})")
