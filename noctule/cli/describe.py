"""`noctule describe NAME`: who says what of each column, and a person's word on it."""

import json
from dataclasses import replace
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from noctule.cli.deployment import application_root, contract_named
from noctule.contract.load import load_all
from noctule.describe.default import asking
from noctule.describe.describe import approve, described, open_columns, settled, worded
from noctule.describe.entries import known as entries_of
from noctule.describe.entries import path_of, read, write
from noctule.errors import UsageError
from noctule.home import Home


@click.command(name="describe")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Tell; ask nobody, and write nothing.")
@click.option("--approve", "approves", is_flag=True, help="Approve what is suggested or stale.")
@click.option("--column", "columns", multiple=True, help="Approve this column alone. May be repeated.")
@click.option("--json", "as_json", is_flag=True, help="The last line is one JSON object.")
def describe_command(name: str, dry_run: bool, approves: bool, columns: tuple[str, ...], as_json: bool) -> None:
    """Describe the columns of dataset NAME in descriptions/NAME.yaml: of public facts alone, no row is read or sent.

    What a person wrote, in the contract or in that file, stands. Only what is new or changed is asked for.
    """
    if columns and not approves:
        raise UsageError("--column has a meaning only with --approve", fix="add --approve, or leave it out")
    root = application_root()
    contract = contract_named(name, load_all(root / "datasets"))
    path, home = path_of(root, name), Home.from_environment()
    known = entries_of(root, home, name)
    with asking(root, home, contract) as models:
        describer = models.describer
        if dry_run:
            describer = replace(describer, suggest=models.offline.suggest)  # asks nobody
        asked = {facts.column for facts in open_columns(contract, settled(contract, known), describer.version)}
        entries = described(contract, known, describer)
    if approves:
        entries = approve(contract, entries, columns)
    changed = entries != read(path)
    if changed and not dry_run:
        write(path, name, entries)
    rows = [
        {
            "column": column.name,
            "description": column.description,
            "source": column.told.source if column.told else "contract",
            "status": column.told.status if column.told else "approved",
        }
        for column in worded(contract, entries, rejected=True).columns
        if column.description
    ]
    if as_json:
        click.echo(json.dumps({"columns": rows}, ensure_ascii=False))
        return
    console = Console(highlight=False)
    console.print(_table(rows, asked))
    done = f"kept in {path}" if changed and not dry_run else "nothing was written"
    console.print(f"{len(asked)} suggested anew; {done}")


def _table(rows: list[dict[str, Any]], asked: set[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in ("column", "description", "from", "status", ""):
        table.add_column(head, overflow="fold")
    for row in rows:
        new = "new" if row["column"] in asked else ""
        table.add_row(row["column"], row["description"], row["source"], row["status"], new)
    return table
