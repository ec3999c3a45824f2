"""What a consumer does with the releases of the lake: `noctule diff`, `card`, `report`, `rollback`."""

import json
from typing import Any

import click

from noctule.cli.ledger import WHO
from noctule.home import Home
from noctule.release.diff import diff as compare
from noctule.release.find import folder_of
from noctule.release.layout import CARD, PRIVACY, REPORT
from noctule.release.rollback import rollback as move_back

SHOWN = 20


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Which changes from release BEFORE to AFTER exceed the noise of both. Each is a folder, NAME or NAME/RELEASE."""
    home = Home.from_environment()
    found = compare(folder_of(before, home), folder_of(after, home))
    click.echo(json.dumps(found) if as_json else "\n".join(_words(found)))


def _words(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['before']} -> {found['after']}"]
    lines += [f"{name}: {one} becomes {other}" for name, (one, other) in found["facts"].items() if name != "release"]
    lines += [f"{what}: {', '.join(names)}" for what, names in found["columns"].items() if names]
    if found["same_model"]:
        return [
            *lines,
            "both are samples of one model: they differ by sampling alone",
        ]
    moved = [table for table in found["tables"] if table["moved"]]
    lines.append(
        f"{len(moved)} of {len(found['tables'])} tables moved by more than both noises explain (probability of a false "
        f"alarm: {found['false_alarm']['each_table']:.2g} for each, {found['false_alarm']['all_tables']:g} for any)"
    )
    lines += [
        f"  {' x '.join(table['attributes'])}: {table['change']:+,} rows at {' / '.join(table['cell'])}, where noise "
        f"explains {table['explained']:,}; {table['cells_moved']} of {table['cells']} cells"
        for table in moved[:SHOWN]
    ]
    lines += [f"  and {len(moved) - SHOWN} more: --json lists them"] if len(moved) > SHOWN else []
    return lines


@click.command()
@click.argument("release")
@click.option("--registry", is_flag=True, help="The entry for the registry of deployments, as YAML.")
def card(release: str, registry: bool) -> None:
    """Print the card of RELEASE: a folder, NAME or NAME/RELEASE."""
    folder = folder_of(release, Home.from_environment())
    if not registry:
        click.echo((folder / CARD).read_text(), nl=False)
        return
    from noctule.contract import strict_yaml

    found = json.loads((folder / PRIVACY).read_text())["registry"]
    click.echo(strict_yaml.write(found["entry"]), nl=False)
    for name in found["to_fill"]:
        click.echo(f"to be filled in by a person: {name}", err=True)


@click.command()
@click.argument("release")
@click.option("--internal", is_flag=True, help="The version with exact numbers of the raw table, which stays inside.")
@click.option("--open", "opened", is_flag=True, help="Show it in the browser.")
def report(release: str, internal: bool, opened: bool) -> None:
    """Print where the report of RELEASE lies: a folder, NAME or NAME/RELEASE."""
    from noctule.report.store import kept_report

    home = Home.from_environment()
    folder = folder_of(release, home)
    page = kept_report(home, folder.parents[1].name, folder.name) if internal else folder / REPORT
    click.echo(page)
    if opened:
        click.launch(page.as_uri())


@click.command()
@click.argument("name")
@click.argument("release", required=False)
@click.option("--why", required=True, help="The reason, kept in rollbacks.jsonl beside the releases.")
@WHO
def rollback(name: str, release: str | None, why: str, who: str) -> None:
    """Point `latest` of dataset NAME back to RELEASE, or to the one before; the next release moves it on."""
    target = move_back(Home.from_environment(), name, release, who=who, why=why)
    click.echo(f"{name}: latest is {target}, until the next release")
