"""Contract checks and PII detection on the snapshot. Both block."""

from typing import Any

import dagster as dg

from assets.metadata import metadata, table
from assets.step import step
from assets.tonight import facts, night_of
from noctule.checks.verdict import Verdict, inspect
from noctule.contract import Contract
from noctule.ingest.snapshot import load
from noctule.pii.detect import undeclared
from resources.state import State

DESCRIPTION = """Contract checks and PII detection: nothing is trained on a table that fails either.

Great Expectations checks types, nulls, domains, bounds, keys and the row count. The detector looks at names,
checksums and cardinality. Only pass or fail per column leaves this step; the training step reads the stored
verdict itself and refuses without it. A night that cannot refit reads nothing and checks nothing: its release hangs on
the stored model alone, which was fitted after these checks had passed."""


def pii(contract: Contract) -> dg.AssetsDefinition:
    key = [contract.name, "pii"]

    @dg.asset(
        **step(contract, "pii", kinds={"greatexpectations"}, description=DESCRIPTION),
        ins={"raw": dg.AssetIn([contract.name, "raw"])},
        check_specs=[
            dg.AssetCheckSpec(
                "contract_holds", asset=key, blocking=True, description="The snapshot obeys its contract."
            ),
            dg.AssetCheckSpec(
                "no_undeclared_pii", asset=key, blocking=True, description="Every PII column is declared."
            ),
        ],
    )
    def asset(state: State, raw: dict[str, Any]) -> dg.MaterializeResult:
        if not night_of(raw).reads:
            return dg.MaterializeResult(value=raw, metadata=metadata(facts(night_of(raw))), check_results=_unread())
        verdict = inspect(contract, load(state.home, contract.name, raw["snapshot"]), state.home)
        return dg.MaterializeResult(
            value=raw,
            metadata=metadata(
                {"checks": table(_checks(verdict)), "findings": table(_findings(verdict, contract))},
                inside_vault=state.instance_is_inside_vault,
            ),
            check_results=_results(verdict, contract, inside_vault=state.instance_is_inside_vault),
        )

    return asset


def _unread() -> list[dg.AssetCheckResult]:
    why = metadata({"why": "no row is read tonight; the model was fitted after this check had passed"})
    return [
        dg.AssetCheckResult(passed=True, check_name=name, metadata=why)
        for name in ("contract_holds", "no_undeclared_pii")
    ]


def _results(verdict: Verdict, contract: Contract, *, inside_vault: bool) -> list[dg.AssetCheckResult]:
    failed = sorted({check.column or "the table" for check in verdict.checks if check.blocks})
    blocked = sorted(finding.column for finding in undeclared(list(verdict.findings), contract))
    return [
        dg.AssetCheckResult(
            passed=not columns,
            check_name=name,
            metadata=metadata({fact: ", ".join(columns) or "none"}, inside_vault=inside_vault),
        )
        for name, fact, columns in (
            ("contract_holds", "checks/failed", failed),
            ("no_undeclared_pii", "findings/undeclared", blocked),
        )
    ]


def _checks(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "check": check.name,
            "column": check.column or "",
            "result": "error" if check.errored else "passed" if check.passed else "failed",
            "blocks": "yes" if check.blocking else "no: a fixed rule maps the value",
        }
        for check in sorted(verdict.checks, key=lambda check: check.passed)  # what failed comes first
    ]


def _findings(verdict: Verdict, contract: Contract) -> list[dict[str, Any]]:
    blocked = undeclared(list(verdict.findings), contract)
    return [
        {
            "column": finding.column,
            "kind": finding.kind,
            "reason": finding.reason,
            "declared": "no: blocks" if finding in blocked else "yes",
        }
        for finding in verdict.findings
    ]
