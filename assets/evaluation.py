"""How good the sample is: charged and released numbers for everyone, internal ones for the vault side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from assets.metadata import metadata, picture, table
from assets.step import step
from assets.tonight import worded_as
from noctule.contract import Contract
from noctule.evaluation.evaluate import evaluate, store
from noctule.ingest.snapshot import named
from noctule.refresh import fitted
from noctule.release.gates import Gate, gate, gates_of, require_gates
from noctule.report.store import internal_report
from resources.state import State

DESCRIPTION = """How close the sample is to the table, how useful, and what attacks on it find.

The charged score is differentially private and may be published. Everything compared with raw rows (SDMetrics,
exact distances, train-on-synthetic, attacks) is internal: it is shown here only while the instance is inside the vault.
The contract's gates are its checks, and use only what was paid for or looks at the release alone.
`report/internal` is the page that draws it all; `noctule report NAME --internal` prints where it lies.
An attack that finds nothing proves nothing; the guarantee is the epsilon."""


def evaluation(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "evaluation", kinds={"sdmetrics", "scikitlearn"}, description=DESCRIPTION),
        ins={"synthetic": dg.AssetIn([contract.name, "synthetic"])},
        check_specs=[_spec(contract, one) for one in gates_of(contract)],
    )
    def asset(state: State, synthetic: dict[str, Any]) -> Iterator[dg.MaterializeResult]:
        bundle = fitted(worded_as(contract, synthetic), Path(synthetic["bundle"]))
        snapshot = named(state.home, contract.name, synthetic["snapshot"])
        staged, release = Path(synthetic["staged"]), synthetic["release_id"]
        found = evaluate(bundle.contract, snapshot, state.home, staged, bundle.receipt["score"])
        store(found, state.home, contract.name, release)
        page = internal_report(bundle, state.home, staged, found, state.ledger, release)
        gates = gate(bundle.contract, bundle.receipt, found.released["validity"], staged)
        facts = {
            "fidelity/validity": found.released["validity"],
            "fidelity/tvd2_charged": found.charged["tvd2"],
            "fidelity/tvd2_charged_error95": found.charged["error95"],
            "report/internal": None if page is None else dg.MetadataValue.path(page),
            "fidelity/marginals": picture("real against synthetic", found.marginals),
            **_internal(found.internal),
        }
        yield dg.MaterializeResult(
            value={**synthetic, "validity": found.released["validity"]},
            metadata=metadata(facts, inside_vault=state.instance_is_inside_vault),
            check_results=[_result(one) for one in gates],
        )
        require_gates(bundle.contract, gates)  # in one sentence, where a blocking check would say its name alone

    return asset


def _spec(contract: Contract, one: Gate) -> dg.AssetCheckSpec:
    words = f"Nothing is released that does not keep {one.name} to {one.limit}."
    return dg.AssetCheckSpec(f"gate_{one.name}", asset=[contract.name, "evaluation"], blocking=True, description=words)


def _result(one: Gate) -> dg.AssetCheckResult:
    value = metadata({"gate/value": one.value})  # a number has a history
    return dg.AssetCheckResult(passed=one.passed, check_name=f"gate_{one.name}", description=str(one), metadata=value)


def _internal(found: dict[str, Any]) -> dict[str, Any]:
    """Numbers that have a history, then tables; a metric that failed is missing."""
    propensity, attacks = found.get("propensity", {}), found.get("attacks", [])
    groups, ceilings = found.get("subgroups", []), found.get("ceilings", [])
    targets = [_spread(target) for target in found.get("targets", [])]
    plain = ("tvd1", "tvd2", "tvd3", "k_marginal", "sdmetrics_quality", "sdmetrics_diagnostic")
    return {
        **{f"fidelity/{name}": found.get(name) for name in plain},
        "fidelity/tvd2_over_fresh_rows": next((row["ratio"] for row in ceilings if row["ways"] == 2), None),
        "fidelity/correlation_difference": found.get("associations", {}).get("spearman"),
        "fidelity/pmse": propensity.get("pmse"),
        "fidelity/propensity_auroc": propensity.get("auroc"),
        "fidelity/worst_subgroup": groups[0]["tvd"] if groups else None,
        "fidelity/rare_recall": found.get("rare", {}).get("recall"),
        "utility/tstr": found.get("tstr"),
        "utility/trtr": found.get("trtr"),
        "attacks/alarms": sum(one["verdict"] == "alarm" for one in attacks) if attacks else None,
        "attacks/exact_copies": next((one["rate"] for one in attacks if one["name"] == "exact copies"), None),
        "fidelity/columns": table(found.get("columns", [])),
        "fidelity/ceilings": table(ceilings),
        "fidelity/subgroups": table(groups),
        "fidelity/failures": table(found.get("failures", [])),
        "utility/targets": table(targets),
        "attacks/table": table([{"name": one["name"], "verdict": one["verdict"], **one} for one in attacks]),
    }


def _spread(target: dict[str, Any]) -> dict[str, Any]:
    """Intervals as two cells each: a table holds no lists."""
    flat: dict[str, Any] = {}
    for name, value in target.items():
        if name.endswith("95"):
            flat |= dict(zip((f"{name}_low", f"{name}_high"), value or (None, None), strict=True))
        else:
            flat[name] = value
    return flat
