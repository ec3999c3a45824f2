"""The only step that spends budget: reserve, read, measure with noise, store, commit."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from assets.budget import ahead_of, budget, budget_spec
from assets.metadata import metadata
from assets.step import step
from assets.tonight import facts, night_of, skipped
from noctule.contract import Contract
from noctule.ingest.snapshot import load
from noctule.refresh import balance, synthesize
from resources.state import State

DESCRIPTION = """The differentially private model of the table; the only step that spends budget.

The ledger holds the charge before a row is read. The same period, contract and engine again load the stored model
and charge nothing, whatever the source holds by then. There is no retry: a crash stays charged, and the next run reuses
what was stored."""


def synthesizer(contract: Contract, contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "synthesizer", kinds={"smartnoise"}, description=DESCRIPTION),
        ins={"pii": dg.AssetIn([contract.name, "pii"])},
        code_version=contract.fit_digest()[:16],
        output_required=False,
        check_specs=[budget_spec(contract)],
    )
    def asset(
        state: State, pii: dict[str, Any]
    ) -> Iterator[dg.MaterializeResult | dg.AssetObservation | dg.AssetCheckResult]:
        night = night_of(pii)
        snapshot = load(state.home, contract.name, night.snapshot) if night.reads else None
        done = synthesize(contract, night, snapshot, state.home, state.ledger)
        night, receipt = done.night, done.bundle.receipt
        money, ahead = balance(contract, state.ledger), ahead_of(contract, contracts, state.ledger)
        if night.action == "skip":
            yield skipped(contract, "synthesizer", night)
            yield budget(contract, state.ledger, ahead)
            return
        charged = night.action == "refit"
        yield dg.MaterializeResult(
            value={**asdict(night), "bundle": str(done.folder)},
            data_version=dg.DataVersion(receipt["key"]),
            metadata=metadata(
                {
                    **facts(night),
                    "engine": receipt["engine"],
                    "privacy/epsilon": receipt["epsilon"] if charged else 0.0,
                    "privacy/epsilon_total": money["epsilon_total"],
                    "privacy/epsilon_left": money["epsilon_left"],
                    "privacy/rho": receipt["rho"] if charged else 0.0,
                    "privacy/delta": f"{receipt['delta']:g}",
                    "privacy/forecast": ahead.words,
                    "privacy/guarantee": guarantee(contract),
                    "fidelity/tvd2_charged": receipt["score"]["tvd2"],
                    "fidelity/tvd2_charged_error95": receipt["score"]["error95"],
                }
            ),
            check_results=[budget(contract, state.ledger, ahead)],
        )

    return asset


def guarantee(contract: Contract) -> str:
    unit, rows = contract.unit.column or "row", contract.unit.max_rows
    return (
        f"({contract.privacy.epsilon:g}, {contract.privacy.delta:g})-DP for one {unit} with at most "
        f"{rows} row{'s' if rows > 1 else ''}, adding or removing it; the number of rows is private too"
    )
