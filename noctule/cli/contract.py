"""`noctule contract check FILE` and `noctule init SOURCE`."""

from pathlib import Path

import click

from noctule.contract.draft import draft
from noctule.contract.lint import lint
from noctule.contract.load import load
from noctule.errors import NoctuleError, UsageError
from noctule.refresh import require_ready


@click.group()
def contract() -> None:
    """Work with contracts."""


@contract.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check a contract: its form, and advice on what a reviewer would ask."""
    found = load(file)
    for advice in lint(found):
        click.echo(f"advice: {advice}")
    click.echo(f"{file}: {found.name} is valid, {len(found.columns)} columns, {len(found.modelled)} modelled")
    try:
        require_ready(found)
    except NoctuleError as refusal:
        click.echo(f"but no night will run: {refusal.what}; {refusal.fix}")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the dataset: lower case letters, digits, underscores.")
@click.option("--unit", help="Column that names the person; without it, each row is one unit.")
@click.option("--from-data", is_flag=True, help="Draft domains from the rows. NOT private: a person must review them.")
def init(source: Path, name: str, unit: str | None, from_data: bool) -> None:
    """Draft datasets/drafts/NAME.yaml from the header of SOURCE; no row is read unless --from-data is given."""
    target = Path("datasets") / "drafts" / f"{name}.yaml"  # not loaded: one unfinished draft must not stop the others
    if target.exists():
        raise UsageError(f"{target} exists", fix="remove it, or choose another --name")
    text = draft(source, name, unit, from_data)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    click.echo(f"{target}: fill in what is marked, run: noctule contract check {target}, then move it to datasets/")
