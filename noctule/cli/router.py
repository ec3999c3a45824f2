"""`noctule router`: which language models would be asked, and why the others would not."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console
from rich.table import Table

from noctule.cli.deployment import application_root
from noctule.errors import UsageError
from noctule.home import Home

if TYPE_CHECKING:
    from noctule.router.choose import Choice

FILE = "models.yaml"


@click.group()
def router() -> None:
    """The language models that describe columns."""


@router.command()
@click.option("--requires", default="structured,text", show_default=True, help="Capabilities, with commas between.")
@click.option("--zone", type=click.Choice(["local", "any"]), default="any", help="Where the question may go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def plan(requires: str, zone: Literal["local", "any"], as_json: bool) -> None:
    """Tell who would be asked now, in order, and why each other model would not. Asks nobody."""
    from noctule.router import Capability, Router, State, load

    try:
        wanted = [Capability(word.strip()) for word in requires.split(",")]
    except ValueError:
        known = ", ".join(Capability)
        raise UsageError("an unknown capability", where="--requires", fix=f"use some of: {known}") from None
    registry = load(application_root(Path.cwd()) / FILE)
    with Router(registry, State(Home.from_environment().router)) as one:
        choices = one.plan(wanted, zone)
    if as_json:
        rows = [{**vars(choice), "usd_per_mtok": str(choice.usd_per_mtok)} for choice in choices]
        click.echo(json.dumps({"requires": wanted, "zone": zone, "as_of": str(registry.as_of), "models": rows}))
        return
    Console(highlight=False, soft_wrap=True).print(_table(choices), f"prices as of {registry.as_of}", sep="\n")


def _table(choices: "list[Choice]") -> Table:
    table = Table(box=None, pad_edge=False)
    for head in ("", "model", "zone", "USD/Mtok", "skipped"):
        table.add_column(head, justify="right" if head in ("", "USD/Mtok") else "left")
    for place, one in enumerate(choices, start=1):
        turn = "" if one.skipped else str(place)
        table.add_row(turn, one.name, one.data_zone, f"{one.usd_per_mtok:.3f}", one.skipped or "")
    return table
