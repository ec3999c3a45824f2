"""One page for the privacy officer: what has been spent on every population, and whether the book is sound."""

import math
from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets.metadata import metadata, picture, table
from assets.step import HANDLE
from noctule.contract import Contract
from noctule.errors import LedgerError
from noctule.ledger.burndown import burn_down_png
from noctule.ledger.forecast import Outlook, forecast
from noctule.ledger.statement import statement
from noctule.release.anchors import published_anchors
from resources.state import State

KEY = ["privacy", "ledger"]

DESCRIPTION = """What has been spent on every population, what its caps leave, and when they refuse a refit.

Drawn from the ledger and the contracts alone. The check sound recomputes the hash chain, the caps and the approvals,
and holds the book against every release in the lake and every stored model."""


def ledger(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """Downstream of every synthesizer in the graph, but run by a schedule of its own, so that no night waits for it."""

    @dg.asset(
        key=KEY,
        group_name="privacy",
        kinds={"report"},
        description=DESCRIPTION,
        dagster_type=HANDLE,
        deps=[[contract.name, "synthesizer"] for contract in contracts],
        check_specs=[
            dg.AssetCheckSpec("sound", asset=KEY, description="The ledger is whole and accounts for every release.")
        ],
    )
    def asset(state: State) -> dg.MaterializeResult:
        problems, verdict = _verified(state)
        facts = {"ledger/verify": verdict} | ({} if problems else _facts(state, contracts))
        return dg.MaterializeResult(
            value={"verify": verdict},
            metadata=metadata(facts),
            check_results=[
                dg.AssetCheckResult(
                    passed=not problems, check_name="sound", severity=dg.AssetCheckSeverity.ERROR, description=verdict
                )
            ],
        )

    return asset


def _verified(state: State) -> tuple[list[str], str]:
    """What `noctule ledger verify` finds, and in one line. A release that cannot be read is a finding, too."""
    book = state.ledger
    try:
        anchors = published_anchors(state.home)
        problems = book.verify(anchors)
        count = len(book.entries())
    except LedgerError as error:
        return [error.what], str(error)
    if problems:
        return problems, f"{len(problems)} findings, the first: {'; '.join(problems[:5])}"
    return [], f"sound: {count} entries, {len(anchors)} published anchors"


def _facts(state: State, contracts: Sequence[Contract]) -> dict[str, Any]:
    book = state.ledger
    entries, now = book.sound()
    outlook = forecast(entries, contracts, now)
    return {
        "ledger/burn_down": picture("epsilon spent against time", burn_down_png(entries, contracts, outlook)),
        "ledger/caps": table(_caps(statement(book)["populations"], outlook)),
        "ledger/datasets": table(
            [{"dataset": one.dataset, "population": one.population, "forecast": one.words} for one in outlook.datasets]
        ),
    }


def _caps(populations: list[dict[str, Any]], outlook: Outlook) -> list[dict[str, Any]]:
    """A row for each population and cap in force."""
    return [
        {
            "population": account["population"],
            "cap": cap["words"],
            "charges": account["charges"],
            "open reservations": account["open"],
            "approvals": len(account["approvals"]),
            "spent": _epsilon(cap["spent"]["epsilon"]),
            "left for one charge": _epsilon(cap["left"]["epsilon"]),
            "next return": (cap["next_return"] or "never")[:10],
            "refused from": _refused(outlook, account["population"]),
        }
        for account in populations
        for cap in account["caps"]
    ]


def _epsilon(value: float | None) -> str:
    return f"{math.inf if value is None else value:.4g}"


def _refused(outlook: Outlook, population: str) -> str:
    dates = [one.refused for one in outlook.datasets if one.population == population and one.refused is not None]
    return str(min(dates)) if dates else "never"
