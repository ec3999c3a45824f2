"""`noctule run NAME`: the dataset's Dagster job, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import click

from noctule.cli.deployment import application_root
from noctule.home import Home


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line of standard output.")
def run(name: str, as_json: bool) -> None:
    """Refresh dataset NAME: raw file to gated release, through its Dagster job."""
    root = application_root(Path.cwd())
    home = Home.from_environment()
    environment = os.environ | {"NOCTULE_HOME": str(home.root), "NOCTULE_LEDGER": str(home.ledger)}
    command = [sys.executable, "-m", "pipelines.run", name, *(["--json"] if as_json else [])]
    finished = subprocess.run(command, cwd=root, env=environment, check=False)  # noqa: S603 - our own module
    sys.exit(finished.returncode)
