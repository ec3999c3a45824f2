"""The night's raw table, read strictly into an immutable snapshot in the vault."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime

import dagster as dg

from assets.metadata import metadata
from assets.step import step
from assets.tonight import facts, skipped
from noctule.contract import Contract
from noctule.night import begin
from noctule.refresh import take_snapshot
from resources.state import State

DESCRIPTION = """The raw table of the night, as an immutable snapshot that stays in the vault.

The night is settled here, once: whether it refits is told by the calendar, a version or a paid test. Only a night that
may refit opens the source. It is read strictly by the contract: a malformed file is refused whole, with column and row
number. At most `max_rows` rows a unit are kept. The data version is a keyed hash of the content, so it confirms no
guesses."""


def raw(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        **step(contract, "raw", kinds={contract.source.kind, "parquet"}, description=DESCRIPTION),
        code_version=contract.digest()[:16],
        output_required=False,
    )
    def asset(state: State) -> Iterator[dg.MaterializeResult | dg.AssetObservation]:
        night = begin(contract, state.home, state.ledger, datetime.now(UTC))
        if night.action == "skip":
            yield skipped(contract, "raw", night)
            return
        if night.reads:
            refits = night.action == "refit"
            snapshot = take_snapshot(contract, state.home, state.ledger, state.root, refits=refits)
            night = replace(night, snapshot=snapshot.id)
        yield dg.MaterializeResult(
            value=asdict(night),
            data_version=dg.DataVersion(night.snapshot),
            metadata=metadata({"snapshot": night.snapshot, **facts(night)}),
        )

    return asset
