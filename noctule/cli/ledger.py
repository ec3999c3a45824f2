"""`noctule ledger show` and `noctule ledger verify`."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.ledger.statement import HEADERS, statement, table_rows
from noctule.release.layout import PRIVACY, RELEASES


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
    table = Table(*HEADERS, title="epsilon by population (zCDP, converted at delta)")
    for row in table_rows(account):
        table.add_row(*row)
    Console().print(table)


@ledger.command()
def verify() -> None:
    """Recompute the book, and hold it against every published release. Exit code 0 only when it is sound."""
    home = Home.from_environment()
    book = Ledger(home.ledger)
    published = anchors(home)
    if problems := book.verify(published):
        for problem in problems:
            click.echo(problem, err=True)
        sys.exit(1)
    click.echo(f"sound: {len(book.entries())} entries, {len(published)} published anchors")


def anchors(home: Home) -> list[tuple[int, str]]:
    """(seq, hash) of the ledger's head as each release in the lake states it."""
    stated = [json.loads(path.read_text())["ledger_head"] for path in home.lake.glob(f"*/{RELEASES}/[!.]*/{PRIVACY}")]
    return sorted((int(head.split(":")[0]), head.split(":")[1]) for head in stated)
