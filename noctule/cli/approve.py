"""`noctule approve NAME`: a person's word for what a contract promises and costs."""

from pathlib import Path

import click

from noctule.cli.ledger import WHO, WHY
from noctule.cli.run import application_root
from noctule.contract.load import load_all
from noctule.errors import UsageError
from noctule.home import Home
from noctule.ledger.book import Ledger


@click.command()
@click.argument("name")
@WHY
@WHO
def approve(name: str, why: str, who: str) -> None:
    """Sign the contract of dataset NAME as it now stands in datasets/; its changes are printed first."""
    folder = application_root(Path.cwd()) / "datasets"
    known = {contract.name: contract for contract in load_all(folder)}
    if name not in known:
        raise UsageError(f"there is no dataset {name!r}", where=str(folder), fix=f"use one of: {', '.join(known)}")
    ledger = Ledger(Home.from_environment().ledger)
    for line in ledger.changes(known[name]):
        click.echo(f"  {line}")
    signed = ledger.approve(known[name], who=who, why=why)
    click.echo(f"{name}: approved by {who}" if signed else f"{name}: nothing to approve, it stands as it was signed")
