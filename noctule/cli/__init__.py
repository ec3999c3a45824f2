"""The command line. Exit codes: 2 usage, 3 contract or data, 4 budget, 5 gate, 6 approval, 7 certificate, 1 others."""

import sys

import click

from noctule.cli.approve import approve
from noctule.cli.audit import audit_command
from noctule.cli.contract import contract, init
from noctule.cli.describe import describe_command
from noctule.cli.explain import explain
from noctule.cli.lake import card, diff, report, rollback
from noctule.cli.ledger import ledger
from noctule.cli.onefile import generate, train
from noctule.cli.plan import plan
from noctule.cli.release import verify
from noctule.cli.router import router
from noctule.cli.run import run
from noctule.errors import NoctuleError


@click.group()
@click.version_option(package_name="noctule")
def cli() -> None:
    """Differentially private synthetic tables, and the proof of what they cost."""


for command in (
    run,
    plan,
    contract,
    describe_command,
    init,
    approve,
    ledger,
    audit_command,
    explain,
    train,
    generate,
    verify,
    diff,
    card,
    report,
    rollback,
    router,
):
    cli.add_command(command)


def main() -> None:
    """Entry point: a Noctule error is printed with its next step, and its exit code is returned."""
    try:
        cli()
    except NoctuleError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
