"""`noctule ledger show` and `noctule ledger verify`."""

import json
import math
import sys
from typing import Any

import click
from rich.console import Console

from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.ledger.statement import statement
from noctule.release.anchors import published_anchors


@click.group()
def ledger() -> None:
    """What has been spent, and whether the book is sound."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def show(as_json: bool) -> None:
    """Per population: spent, left, and when budget returns."""
    account = statement(Ledger(Home.from_environment().ledger))
    if as_json:
        click.echo(json.dumps(account))
        return
    console = Console(highlight=False)
    if not account["populations"]:
        console.print("no charges yet")
    for population in account["populations"]:
        console.print(_summary(population))


@ledger.command()
def verify() -> None:
    """Recompute the book, and hold it against every published release. Exit code 0 only when it is sound."""
    home = Home.from_environment()
    book = Ledger(home.ledger)
    published = published_anchors(home)
    if problems := book.verify(published):
        for problem in problems:
            click.echo(problem, err=True)
        sys.exit(1)
    click.echo(f"sound: {len(book.entries())} entries, {len(published)} published anchors")


def _summary(account: dict[str, Any]) -> str:
    """One population in four short lines, so that it reads on any terminal."""
    sums = (account[name]["epsilon"] for name in ("spent", "spent_lifetime", "left"))
    spent, ever, left = (math.inf if epsilon is None else epsilon for epsilon in sums)
    cap, back = account["cap"], account["next_return"]
    return (
        f"[bold]{account['population']}[/bold]  (all epsilons at delta {account['delta']:g})\n"
        f"  spent  {spent:.4g} of {cap['epsilon']:g} per {cap['per']}, {ever:.4g} ever, "
        f"in {account['charges']} charges ({account['open']} never finished, and counted)\n"
        f"  left   {left:.4g} for one further charge\n"
        f"  budget returns {'never' if back is None else 'from ' + back[:10]}"
    )
