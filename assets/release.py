"""Publication, behind gates decided in code; `latest` moves last."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from assets.metadata import column_schema, metadata, table
from assets.step import step
from assets.synthesizer import guarantee
from assets.tonight import facts, night_of, worded_as
from noctule.audit.store import standing, told
from noctule.contract import Contract
from noctule.contract.model import Refresh
from noctule.ingest.journal import recorded
from noctule.refresh import balance, fitted
from noctule.release.layout import CERTIFICATE, PAGE, REPORT
from noctule.release.publish import publish
from noctule.release.trust import trust
from resources.state import State

DESCRIPTION = """The published dataset: an immutable folder with data, card, passport and checksums.

Every step that touched raw rows stands in its certificate with what covers it; without one nothing is published.
Gates use only numbers that were paid for or look at the release alone. `latest` moves last and atomically; a release
that fails a gate leaves it where it was."""


def release(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "release", kinds={"parquet"}, description=DESCRIPTION),
        ins={"evaluation": dg.AssetIn([contract.name, "evaluation"])},
        metadata={"dagster/column_schema": column_schema(contract)},
        freshness_policy=_freshness(contract.refresh),
    )
    def asset(state: State, evaluation: dict[str, Any]) -> dg.MaterializeResult:
        bundle = fitted(worded_as(contract, evaluation), Path(evaluation["bundle"]))
        receipt = bundle.receipt
        audited = standing(receipt["engine"], state.home)
        ledger = state.ledger
        money = balance(contract, ledger)
        folder = publish(
            bundle.contract,
            state.home,
            Path(evaluation["staged"]),
            receipt,
            evaluation["validity"],
            release_id=evaluation["release_id"],
            reads=recorded(state.home, contract.name, evaluation["snapshot"]),
            book=ledger.sound()[0],
            audit=told(receipt, state.home, evaluation["release_id"]),
            trusted=trust(bundle, Path(evaluation["staged"])),
        )
        charged = evaluation["action"] == "refit"
        outcome = {
            "dataset": contract.name,
            "engine": receipt["engine"],
            **facts(night_of(evaluation)),
            "epsilon": receipt["epsilon"] if charged else 0.0,
            "delta": receipt["delta"],
            "rho": receipt["rho"] if charged else 0.0,
            **money,
            "rows": evaluation["rows"],
            "snapshot": evaluation["snapshot"],
            "release": str(folder),
        }
        known = {"privacy/audit": audited, **_facts(bundle.contract, outcome, receipt)}
        return dg.MaterializeResult(value=outcome, metadata=metadata(known))

    return asset


def _facts(contract: Contract, outcome: dict[str, Any], receipt: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: outcome[name] for name in ("action", "why", "period", "next_refit")},
        "engine": outcome["engine"],
        "release": outcome["release"],
        "dagster/uri": f"{outcome['release']}/data",
        "dagster/row_count": outcome["rows"],
        "dagster/column_schema": column_schema(contract),
        "privacy/epsilon": outcome["epsilon"],
        "privacy/epsilon_total": outcome["epsilon_total"],
        "privacy/epsilon_left": outcome["epsilon_left"],
        "privacy/delta": f"{outcome['delta']:g}",
        "privacy/guarantee": guarantee(contract),
        "privacy/certificate": dg.MetadataValue.path(f"{outcome['release']}/{PAGE}"),
        "report": dg.MetadataValue.path(f"{outcome['release']}/{REPORT}"),
        "privacy/covered_reads": len(json.loads(Path(outcome["release"], CERTIFICATE).read_text())["steps"]),
        "fidelity/tvd2_charged": receipt["score"]["tvd2"],
        "draws": table(_draws(receipt["draws"])),
    }


def _draws(draws: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The noisy draws of the fit, summed by kind: the proof of what the night cost."""
    kinds: dict[tuple[str, float], list[float]] = {}
    for draw in draws:
        kinds.setdefault((draw["mechanism"], round(draw["scale"], 2)), []).append(draw["rho"])
    return [
        {"mechanism": mechanism, "scale": scale, "draws": len(rhos), "rho": round(sum(rhos), 9)}
        for (mechanism, scale), rhos in kinds.items()
    ]


def _freshness(refresh: Refresh) -> dg.FreshnessPolicy | None:
    """How old a release may grow: the longest gap and a few hours; None where no calendar ends the skipping."""
    _, _, day, _, weekday = refresh.schedule.split()
    days = 32 if day != "*" else 8 if weekday != "*" else 1
    if refresh.between == "skip":
        period = {"nightly": 1, "weekly": 7, "monthly": 31}.get(refresh.refit)
        if period is None:
            return None
        days = max(days, 1) + period
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=days, hours=4))
