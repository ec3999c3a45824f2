"""`noctule router`: which language models would be asked, how well they do, and which a person takes as they are."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from rich.console import Console
from rich.table import Table

from noctule.cli.deployment import application_root
from noctule.errors import UsageError
from noctule.home import Home
from noctule.progress import progress

if TYPE_CHECKING:
    from noctule.golden.verdict import Standing
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


@router.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def evaluate(as_json: bool) -> None:
    """Try every model that has a key on columns with known answers, as every night does; about a cent a model."""
    from datetime import UTC, datetime

    from noctule.describe import default
    from noctule.golden import night

    home = Home.from_environment()
    with default.router(application_root(Path.cwd()), home) as one, progress("trial", of="noctule.golden"):
        done = night.evaluate(one, home, datetime.now(UTC))
    rows = [_judged(name, standing) for name, standing in done.standings.items()]
    if as_json:
        retiring = {name: str(day) for name, day in done.retiring.items()}
        click.echo(json.dumps({"able": done.able, "models": rows, "retiring": retiring}))
        return
    table = Table(box=None, pad_edge=False)
    for head in ("model", "serves", "score", "USD", "verdict"):
        table.add_column(head, justify="right" if head in ("score", "USD") else "left")
    for row in rows:
        score = "" if row["score"] is None else f"{row['score']:.3f}"
        table.add_row(row["model"], "yes" if row["serves"] else "no", score, f"{row['usd']:.5f}", row["verdict"])
    Console(highlight=False, soft_wrap=True).print(table if rows else "no model has a key, so none was tried")


def _judged(name: str, one: "Standing") -> dict[str, Any]:
    assert one.last is not None
    score = one.last.mean if one.last.outcome == "judged" else None
    return {"model": name, "serves": not one.quarantined, "score": score, "usd": one.last.usd, "verdict": one.why}


@router.command()
@click.argument("model")
def accept(model: str) -> None:
    """Take a model as it now is: it may serve again, and its next nights are its new baseline."""
    from datetime import UTC, datetime

    from noctule.describe import default
    from noctule.golden import night

    home = Home.from_environment()
    with default.router(application_root(Path.cwd()), home) as one:
        if model not in one.registry.models:
            raise UsageError("no such model", where=FILE, fix="name one that is listed by: noctule router plan")
        night.accept(one, home, datetime.now(UTC), model)
    click.echo(f"{model} is taken as it now is; its baseline begins anew")
