"""The check `budget`: an alarm while there is time. It never blocks; at the cap the ledger itself refuses."""

from collections.abc import Sequence

import dagster as dg

from assets.metadata import metadata
from noctule.contract import Contract
from noctule.ledger.alarm import alarm
from noctule.ledger.book import Ledger
from noctule.ledger.forecast import Forecast, forecast


def budget_spec(contract: Contract) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "budget",
        asset=[contract.name, "synthesizer"],
        description="Less than 80 % of every cap in force is used. At a cap, the next refit is refused.",
    )


def budget(contract: Contract, ledger: Ledger, ahead: Forecast) -> dg.AssetCheckResult:
    found = alarm(ledger.balances(contract))
    return dg.AssetCheckResult(
        passed=not found.warns,
        check_name="budget",
        severity=dg.AssetCheckSeverity.WARN,
        description=found.words(ahead),
        metadata=metadata(
            {"budget/used": found.used, "budget/left": found.left, "budget/forecast": ahead.words},
        ),
    )


def ahead_of(contract: Contract, contracts: Sequence[Contract], ledger: Ledger) -> Forecast:
    """What the dataset may expect beside all others of the deployment, by the ledger as it stands."""
    entries, now = ledger.sound()
    return forecast(entries, contracts, now).of(contract.name)
