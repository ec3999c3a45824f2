"""`noctule ledger`: what has been spent, whether the book is sound, and where it lies."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from noctule.cli.deployment import deployed
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.ledger.burndown import burn_down_png
from noctule.ledger.forecast import forecast as ahead
from noctule.ledger.outlook import account_of, lines_of
from noctule.ledger.person import user
from noctule.ledger.statement import statement
from noctule.ledger.transfer import export as export_to
from noctule.ledger.transfer import migrate as migrate_to
from noctule.ledger.transfer import restore
from noctule.release.anchors import published_anchors

WHY = click.option("--why", required=True, help="The reason, kept in the ledger.")
WHO = click.option("--who", default=user, show_default="the user of this computer", help="Whose word it is.")


@click.group()
def ledger() -> None:
    """What has been spent, and whether the book is sound."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture of it to this PNG.")
def show(as_json: bool, plot: Path | None) -> None:
    """Per population and cap: spent, left, and when budget returns."""
    account = statement(_in_use())
    if plot is not None:
        (entries, now), contracts = _in_use().sound(), deployed()
        plot.write_bytes(burn_down_png(entries, contracts, ahead(entries, contracts, now)))
    if as_json:
        click.echo(json.dumps(account))
        return
    console = Console(highlight=False, soft_wrap=True)
    if account["moved_to"]:
        console.print(f"this book is closed; it goes on at {account['moved_to']}")
    if not account["populations"]:
        console.print("no charges yet")
    for population in account["populations"]:
        console.print(_summary(population))


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def forecast(as_json: bool) -> None:
    """When a refit will be refused, by the schedules in datasets/, and how many fit in a year."""
    entries, now = _in_use().sound()
    outlook = ahead(entries, deployed(), now)
    if as_json:
        click.echo(json.dumps(account_of(outlook)))
        return
    Console(highlight=False, soft_wrap=True).print("\n".join(lines_of(outlook)) or "no dataset in datasets/")


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def verify(as_json: bool) -> None:
    """Recompute the book, its caps and approvals, and hold it against every published release.

    Exit code 0 only when it is sound.
    """
    home = Home.from_environment()
    book = Ledger(home.ledger)
    published = published_anchors(home)
    problems, count = book.verify(published), len(book.entries())
    if as_json:
        found = {"sound": not problems, "problems": problems, "entries": count, "anchors": len(published)}
        click.echo(json.dumps({**found, "head": book.head(), "where": book.where}))
    elif not problems:
        click.echo(f"sound: {count} entries, {len(published)} published anchors")
    for problem in () if as_json else problems:
        click.echo(problem, err=True)
    sys.exit(1 if problems else 0)


@ledger.command()
@WHY
@WHO
def resume(why: str, who: str) -> None:
    """Say that the date is right, after more than 35 days without an entry."""
    _in_use().resume(who=who, why=why)
    click.echo("noted: the ledger goes on")


@ledger.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write the whole book to FILE as JSON lines."""
    click.echo(f"{file}: {export_to(_in_use(), file)} entries")


@ledger.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", required=True, help="Path or URL of an empty ledger.")
def import_(file: Path, into: str) -> None:
    """Restore an export into an empty ledger, after verifying it whole."""
    target = Ledger(into)
    count = restore(file, target, _in_use())
    click.echo(f"{target.where}: {count} entries; set NOCTULE_LEDGER to it wherever Noctule runs")


@ledger.command()
@click.argument("url")
@click.option("--why", default="moved", show_default=True, help="The reason, kept in the ledger.")
@WHO
def migrate(url: str, why: str, who: str) -> None:
    """Move the book to URL, a path or postgresql+psycopg://…, and close it here."""
    count = migrate_to(_in_use(), url, who=who, why=why)
    click.echo(f"{Ledger(url).where}: {count} entries; set NOCTULE_LEDGER to it wherever Noctule runs")


def _in_use() -> Ledger:
    return Ledger(Home.from_environment().ledger)


def _summary(account: dict[str, Any]) -> str:
    """One population in short lines, so that it reads on any terminal."""
    lines = [
        f"[bold]{account['population']}[/bold]  "
        f"{account['charges']} charges ({account['open']} never finished, and counted)"
    ]
    for cap in account["caps"]:
        sums = (cap[name]["epsilon"] for name in ("spent", "spent_lifetime", "left"))
        spent, ever, left = (math.inf if epsilon is None else epsilon for epsilon in sums)
        back = cap["next_return"]
        lines += [
            f"  {cap['words']}",
            f"    spent  {spent:.4g} of {cap['epsilon']:g} per {cap['per']}, {ever:.4g} ever",
            f"    left   {left:.4g} for one further charge",
            f"    budget returns {'never' if back is None else 'from ' + back[:10]}",
        ]
    return "\n".join(lines)
