"""`noctule approve NAME`: a person's word for what a contract promises and costs."""

import click

from noctule.cli.deployment import contract_named, deployed
from noctule.cli.ledger import WHO, WHY
from noctule.home import Home
from noctule.ledger.book import Ledger


@click.command()
@click.argument("name")
@WHY
@WHO
def approve(name: str, why: str, who: str) -> None:
    """Sign the contract of dataset NAME as it now stands in datasets/; its changes are printed first."""
    contract = contract_named(name, deployed())
    ledger = Ledger(Home.from_environment().ledger)
    for line in ledger.changes(contract):
        click.echo(f"  {line}")
    signed = ledger.approve(contract, who=who, why=why)
    click.echo(f"{name}: approved by {who}" if signed else f"{name}: nothing to approve, it stands as it was signed")
