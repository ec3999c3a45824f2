"""The audit of the guarantee: attacks on public data, every week, and a picture of what they came to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from assets.metadata import metadata, picture, table
from assets.step import HANDLE
from noctule.audit.audit import audit as audited
from noctule.audit.plot import trend_png
from noctule.audit.store import history, keep
from noctule.code import code_digest
from noctule.contract import Contract
from resources.state import State

KEY = ["privacy", "audit"]
SHARED = "domain_and_noise"  # the tests that are of all engines

DESCRIPTION = """Attacks on the engines in use, on public worst-case data: what they leak at least, against the claim.

It costs no budget and touches neither ledger nor vault. A failed audit keeps back the releases of its engine until one
of the same code passes, or the code changes."""


def audit(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """A check for each engine in use, and one for what no engine can mend: bought domains and seeded noise."""
    engines = sorted({contract.engine.name for contract in contracts})
    names = {name: name.replace("-", "_") for name in engines} | {"": SHARED}
    told = {name: f"No attack on {name} sees more than it may." for name in engines}
    told[""] = "No bought domain shows a value of one row, and no noise comes from a seed."

    @dg.asset(
        key=KEY,
        group_name="privacy",
        kinds={"report"},
        description=DESCRIPTION,
        dagster_type=HANDLE,
        check_specs=[dg.AssetCheckSpec(names[one], asset=KEY, description=told[one]) for one in names],
    )
    def asset(state: State) -> dg.MaterializeResult:
        code = code_digest()
        report = keep(audited(engines), state.home, datetime.now(UTC), code)
        found = {one: [finding for finding in report["findings"] if finding["engine"] == one] for one in names}
        return dg.MaterializeResult(
            value={"passed": report["passed"], "code": report["code"]},
            metadata=metadata(
                {
                    "audit/trend": picture("lower bounds over time", trend_png(history(state.home))),
                    "audit/findings": table([_row(finding) for finding in report["findings"]]),
                    "audit/code": report["code"][:12],
                }
            ),
            check_results=[_check(names[one], findings) for one, findings in found.items()],
        )

    return asset


def _row(finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "engine": finding["engine"] or "all",
        "test": finding["test"],
        "passed": finding["passed"],
        "found": finding["words"],
    }


def _check(name: str, findings: list[dict[str, Any]]) -> dg.AssetCheckResult:
    failed = [finding["words"] for finding in findings if not finding["passed"]]
    words = "; ".join(failed) or f"{len(findings)} tests passed"
    return dg.AssetCheckResult(
        passed=not failed, check_name=name, severity=dg.AssetCheckSeverity.ERROR, description=words
    )
