"""The night's raw table, read strictly into an immutable snapshot in the vault."""

import dagster as dg

from assets.metadata import metadata
from assets.step import step
from noctule.contract import Contract
from noctule.refresh import take_snapshot
from resources.state import State

DESCRIPTION = """The raw table of the night, as an immutable snapshot that stays in the vault.

Read strictly by the contract: a malformed file is refused whole, with column and row number. At most `max_rows`
rows a unit are kept. The data version is a keyed hash of the content, so it confirms no guesses."""


def raw(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "raw", kinds={contract.source.kind, "parquet"}, description=DESCRIPTION),
        code_version=contract.digest()[:16],
    )
    def asset(state: State) -> dg.MaterializeResult:
        snapshot = take_snapshot(contract, state.home, state.ledger, state.root)
        return dg.MaterializeResult(
            value={"snapshot": snapshot.id},
            data_version=dg.DataVersion(snapshot.id),
            metadata=metadata({"snapshot": snapshot.id}),
        )

    return asset
