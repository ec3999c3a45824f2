"""The allow-list every piece of Dagster metadata passes. A name that is not here does not reach the event log."""

import base64
from typing import Any

import dagster as dg

from noctule.contract import Contract
from noctule.contract.arrow import release_schema

# name -> tier (design.md, section 7). `internal` shows only where the instance is inside the vault.
ALLOWED = {
    "action": "public",
    "why": "public",
    "period": "public",
    "next_refit": "public",
    "engine": "public",
    "snapshot": "public",
    "privacy/epsilon": "public",
    "privacy/epsilon_total": "public",
    "privacy/epsilon_left": "public",
    "privacy/rho": "public",
    "privacy/delta": "public",
    "privacy/guarantee": "public",
    "privacy/forecast": "public",
    "privacy/certificate": "public",
    "privacy/covered_reads": "public",
    "budget/used": "public",
    "budget/left": "public",
    "budget/forecast": "public",
    "ledger/burn_down": "public",
    "ledger/caps": "public",
    "ledger/datasets": "public",
    "ledger/verify": "public",
    "audit/trend": "public",  # an audit is of public data alone
    "audit/findings": "public",
    "audit/code": "public",
    "privacy/audit": "public",
    "checks": "internal",  # each is a bit of raw data; what blocks shows in any case, as the check's own result
    "checks/failed": "internal",
    "findings": "internal",
    "findings/undeclared": "internal",
    "draws": "public",
    "release": "public",
    "gate/value": "charged",
    "dagster/row_count": "released",
    "dagster/column_schema": "public",
    "dagster/uri": "public",
    "fidelity/validity": "released",
    "fidelity/tvd2_charged": "charged",
    "fidelity/tvd2_charged_error95": "charged",
    "fidelity/tvd1": "internal",
    "fidelity/tvd2": "internal",
    "fidelity/tvd3": "internal",
    "fidelity/tvd2_over_fresh_rows": "internal",
    "fidelity/k_marginal": "internal",
    "fidelity/ceilings": "internal",
    "fidelity/correlation_difference": "internal",
    "fidelity/pmse": "internal",
    "fidelity/propensity_auroc": "internal",
    "fidelity/worst_subgroup": "internal",
    "fidelity/subgroups": "internal",
    "fidelity/rare_recall": "internal",
    "fidelity/failures": "internal",
    "fidelity/sdmetrics_quality": "internal",
    "fidelity/sdmetrics_diagnostic": "internal",
    "fidelity/columns": "internal",
    "fidelity/marginals": "internal",
    "utility/tstr": "internal",
    "utility/trtr": "internal",
    "utility/targets": "internal",
    "attacks/alarms": "internal",
    "attacks/exact_copies": "internal",
    "attacks/table": "internal",
    "report/internal": "internal",
    "report": "public",
    "describe/not_by_contract": "public",
    "describe/requests": "public",
    "describe/usd": "public",
    "describe/suggested": "public",
    "describe/stale": "public",
    "router/scores": "public",  # the golden set is made up, so all that a trial tells is public
    "router/models": "public",
    "router/lowest_score": "public",
    "router/usd": "public",
}


def metadata(facts: dict[str, Any], *, inside_vault: bool = True) -> dict[str, Any]:
    """Keep allowed names, drop internal ones outside the vault and empty ones, round floats to 4 significant digits.

    Raises ValueError for a name that is not on the list: add it there, with its tier, in review.
    """
    if unknown := sorted(set(facts) - set(ALLOWED)):
        raise ValueError(f"metadata not on the allow-list: {', '.join(unknown)}")
    shown = {name: value for name, value in facts.items() if value is not None}
    if not inside_vault:
        shown = {name: value for name, value in shown.items() if ALLOWED[name] != "internal"}
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in shown.items()}


def table(rows: list[dict[str, Any]]) -> Any:
    """A table drawn in place, an empty cell for None; None when there is nothing to show."""
    shown = [{name: _cell(value) for name, value in row.items()} for row in rows]
    return dg.MetadataValue.table([dg.TableRecord(row) for row in shown]) if rows else None


def picture(title: str, png: bytes) -> dg.MarkdownMetadataValue | None:
    """A PNG drawn in place; None when there is none."""
    encoded = base64.b64encode(png).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{encoded})") if png else None


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return _rounded(value)
    return "" if value is None else value


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def column_schema(contract: Contract) -> dg.TableSchema:
    """The release's columns with their plain descriptions; tags say how each comes about."""
    columns: list[dg.TableColumn] = []
    for field in release_schema(contract):
        column = contract.column(field.name)
        tags = {"privacy": _provenance(column)}
        if getattr(column, "target", False):
            tags["target"] = "yes"
        if column.told is not None:
            tags |= {"described_by": column.told.source, "description": column.told.status}
        constraints = dg.TableColumnConstraints(nullable=bool(getattr(column, "nullable", False)))
        text = column.description or None
        columns.append(
            dg.TableColumn(field.name, str(field.type), description=text, constraints=constraints, tags=tags)
        )
    return dg.TableSchema(columns=columns)


def _provenance(column: Any) -> str:
    if (role := getattr(column, "role", None)) is not None:
        return "fake" if role == "pii" else "surrogate"
    return "derived" if hasattr(column, "map") else "synthetic"
