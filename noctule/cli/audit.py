"""`noctule audit`: attack the engines on public data, and keep what came of it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from noctule.audit.audit import CANARIES, audit
from noctule.audit.plot import trend_png
from noctule.audit.store import due, history, keep
from noctule.cli.deployment import deployed
from noctule.code import code_digest
from noctule.errors import UsageError
from noctule.home import Home
from noctule.progress import progress

THOROUGH = 8  # times as many canaries


@click.command(name="audit")
@click.option("--engine", "engines", multiple=True, help="May be repeated. Default: the engines of datasets/.")
@click.option("--canaries", type=click.IntRange(min=64), default=CANARIES, show_default=True)
@click.option("--thorough", is_flag=True, help=f"{THOROUGH} times as many canaries.")
@click.option("--if-due", is_flag=True, help="Only engines that no audit of the last week covers under this code.")
@click.option("--last", is_flag=True, help="Show the last audit kept; run none.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture of all to this PNG.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def audit_command(
    engines: tuple[str, ...],
    canaries: int,
    thorough: bool,
    if_due: bool,
    last: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Attack the engines on public worst-case data. Costs no budget. Exit code 0 only when every test passed."""
    home, code = Home.from_environment(), code_digest()
    if last:
        kept = history(home)
        if not kept:
            raise UsageError("no audit is kept", where="audits/", fix="run noctule audit")
        report = kept[-1]
    else:
        names = engines or sorted({contract.engine.name for contract in deployed()}) or ["adaptive"]
        if if_due and not (names := due(names, home, datetime.now(UTC))):
            click.echo("no audit is due")
            return
        with progress("audit", of="noctule.audit"):
            findings = audit(names, canaries=canaries * (THOROUGH if thorough else 1))
        report = keep(findings, home, datetime.now(UTC), code)
    if plot is not None:
        plot.write_bytes(trend_png(history(home)))
    if as_json:
        click.echo(json.dumps(report))
    else:
        Console(highlight=False, soft_wrap=True, markup=False).print("\n".join(_lines(report)))
    sys.exit(0 if report["passed"] else 1)


def _lines(report: dict[str, Any]) -> list[str]:
    of = "today's code" if report["code"] == code_digest() else "other code than today's"
    verdict = "every test passed" if report["passed"] else "FAILED"
    return [
        f"{verdict}, {report['at']}, of {of} ({report['code'][:12]})",
        *(
            f"  {'ok    ' if one['passed'] else 'FAILED'} {one['engine'] or 'all'} {one['test']}: {one['words']}"
            for one in report["findings"]
        ),
        f"Sound code fails with a chance of at most {report['error']:g}. A lower bound is no proof: docs/audit.md.",
    ]
