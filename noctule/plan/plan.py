"""`noctule plan`: what a refit of a dataset will cost, bring and take, and when its cap ends it."""

from dataclasses import dataclass
from pathlib import Path

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.shape import Shape
from noctule.errors import BundleError, UsageError
from noctule.home import Home
from noctule.plan import expected
from noctule.plan.effort import Effort, effort
from noctule.plan.spending import Spending, spending


@dataclass(frozen=True)
class Plan:
    """A refit of about `rows` rows. `columns`: attribute -> (codes, expected TVD); `pair`: expected mean TVD of pairs.

    `unknown`: columns whose domain the refit will buy, so that nothing can be told of them before.
    """

    contract: Contract
    rows: float
    spending: Spending
    columns: dict[str, tuple[int, float]]
    pair: float
    unknown: tuple[str, ...]
    effort: Effort


def plan(contract: Contract, home: Home, rows: float | None = None) -> Plan:
    """Opens the newest stored model at most: its noisy number of rows stands in for `rows`, and its domains for those
    that are bought. Raises UsageError without either number, ContractError."""
    stored = _newest(home.models / contract.name)
    if stored is not None and stored.receipt.get("fit_digest") == contract.fit_digest():
        known = stored.contract
    else:
        known = contract.stated()
    if rows is None and stored is None:
        raise UsageError(
            "no model is stored yet, and how many rows the file has is not public",
            where=contract.name,
            fix=f"say about how many, as far as anybody may know it: noctule plan {contract.name} --rows 100000",
        )
    rows = rows or (stored.model.total if stored else 1.0)
    engine, shape = contract.engine.name, Shape.of(Codec(known))
    spent = spending(contract, shape, rows)
    noise = expected.noise(shape.domain, spent.purse, rows)
    errors = expected.columns(shape.domain, spent.purse, spent.look, rows)
    names = {column.name for column in known.modelled}
    return Plan(
        contract,
        rows,
        spent,
        {name: (size, errors[name]) for name, size in shape.domain.items()},
        expected.mean_pair(engine, noise),
        tuple(column.name for column in contract.modelled if column.name not in names),
        effort(engine, sum(shape.domain.values()), len(shape.domain), rows, noise),
    )


def _newest(folder: Path) -> Bundle | None:
    """The bundle fitted last; a damaged one is passed over, and set aside when its dataset runs."""
    found: list[Bundle] = []
    for path in folder.glob("[!.]*"):
        try:
            found.append(bundles.read(path))
        except BundleError:
            continue
    return max(found, key=lambda bundle: str(bundle.receipt.get("created", "")), default=None)
