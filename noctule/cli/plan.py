"""`noctule plan NAME`: a dry run."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from noctule.cli.deployment import contract_named, deployed
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.ledger.forecast import forecast
from noctule.ledger.outlook import dataset_of, words_of
from noctule.plan.plan import plan as planned


@click.command()
@click.argument("name")
@click.option("--rows", type=click.FloatRange(min=1), help="About how many rows; default: what a stored model says.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def plan(name: str, rows: float | None, as_json: bool) -> None:
    """Tell what a refit of dataset NAME will cost, bring and take, and when the cap ends it. Opens no raw file."""
    contracts, home = deployed(), Home.from_environment()
    contract = contract_named(name, contracts)
    entries, now = Ledger(home.ledger).sound()
    told, ahead = planned(contract, home, rows), forecast(entries, contracts, now).of(name)
    facts: dict[str, Any] = {
        "dataset": name,
        "engine": contract.engine.name,
        "epsilon": contract.privacy.epsilon,
        "delta": contract.privacy.delta,
        "rows": told.rows,
        "budget": [
            {"what": what, "rho": rho, "share": rho / told.spending.rho} for what, rho in told.spending.parts().items()
        ],
        "tables": told.spending.look.count,
        "columns": [{"column": one, "codes": codes, "tvd": tvd} for one, (codes, tvd) in told.columns.items()],
        "mean_pair_tvd": told.pair,
        "unknown": told.unknown,
        "effort": told.effort._asdict(),
        "forecast": dataset_of(ahead),
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    Console(highlight=False, soft_wrap=True).print(*_words(facts), *words_of(ahead), sep="\n")


def _words(facts: dict[str, Any]) -> list[Any]:
    effort = facts["effort"]
    said = [
        f"[bold]{facts['dataset']}[/bold]: one refit at epsilon {facts['epsilon']:g}, delta {facts['delta']:g}, "
        f"engine {facts['engine']}, about {facts['rows']:,.0f} rows",
        _table(
            ("paid for", "rho", "share"),
            [(one["what"], f"{one['rho']:.3g}", f"{one['share']:.1%}") for one in facts["budget"]],
        ),
        _table(
            ("attribute", "codes", "expected TVD"),
            [(one["column"], str(one["codes"]), f"{one['tvd']:.4f}") for one in facts["columns"]],
        ),
        f"mean of all pairs: expected TVD {facts['mean_pair_tvd']:.3f}; figures are good to a factor of two",
    ]
    if facts["unknown"]:
        said.append(f"nothing is told of {', '.join(facts['unknown'])}: the refit buys what it may know of them")
    return [
        *said,
        f"a night takes about {effort['cpu_seconds']:.0f} s of CPU and {effort['memory_bytes'] / 1e6:.0f} MB",
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    return table
