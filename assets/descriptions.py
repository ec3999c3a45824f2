"""What is said of each column: of public facts alone, so it costs nothing and reads no row."""

import dagster as dg

from assets.metadata import column_schema, metadata, table
from assets.step import step
from noctule.contract import Contract
from noctule.describe.describe import described, worded
from noctule.describe.entries import known, path_of, write
from resources.router import Models
from resources.state import State

DESCRIPTION = """A plain description of every released column, and who gave it.

The contract's own words stand first, then those in `descriptions/`, which people edit and approve with
`noctule describe`. What is left is filled from a glossary, by the models of `models.yaml`, or from the words of the
name, and says so. No row is read and none is sent; no file of the deployment is changed by a night."""


def descriptions(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(**step(contract, "descriptions", kinds={"yaml"}, description=DESCRIPTION))
    def asset(state: State, models: Models) -> dg.MaterializeResult:
        before = known(state.root, state.home, contract.name)
        with models.asking(contract) as asking:
            entries = described(contract, before, asking.describer)
        if entries != before:
            write(path_of(state.home.root, contract.name), contract.name, entries)
        told = [
            {
                "column": name,
                "description": entry.description,
                "from": entry.source,
                "status": entry.status,
                "cost": entry.asked.words if entry.asked else "",
            }
            for name, entry in entries.items()
        ]
        return dg.MaterializeResult(
            value={"words": {name: entry.model_dump(mode="json") for name, entry in entries.items()}},
            metadata=metadata(
                {
                    "dagster/column_schema": column_schema(worded(contract, entries)),
                    "describe/not_by_contract": table(told),
                    "describe/requests": asking.asked,
                    "describe/usd": asking.usd,
                    "describe/suggested": sum(entry.status == "suggested" for entry in entries.values()),
                    "describe/stale": sum(entry.status == "stale" for entry in entries.values()),
                }
            ),
        )

    return asset
