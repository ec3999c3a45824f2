"""The one table: medians over seeds, by table and epsilon, and each system held to ours."""

from collections.abc import Iterable
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.store import Run
from bench.systems import SYSTEMS

FIGURES = ("tvd1", "tvd2", "tvd3", "spikes", "sdq")
COST = (("fit_cpu", "fit CPU s", "{:.1f}"), ("sample_cpu", "sample CPU s", "{:.2f}"), ("rss_mb", "RSS MB", "{:.0f}"))
RATIOS = {"tvd2": "tvd2 / ours", "tvd3": "tvd3 / ours", "fit_cpu": "fit / ours"}


def show(runs: Iterable[Run], systems: Iterable[str], console: Console) -> None:
    """One rich table for each (table, epsilon, delta); ratios are to the first of ours among `systems`."""
    order, groups = list(systems), {}
    for run in runs:
        groups.setdefault((run["table"], run["epsilon"], run["delta"]), {}).setdefault(run["system"], []).append(run)
    for (name, epsilon, delta), by_system in sorted(groups.items()):
        rows = {system: by_system[system] for system in order if system in by_system}
        console.print(_table(f"{name}, epsilon {epsilon:g}, delta {delta:g}", rows))
    for system in order:
        if note := SYSTEMS[system].note:
            console.print(f"{system}: {note}", highlight=False)


def medians(runs: list[Run]) -> Run:
    """Median of each figure over the finished runs; no key where none finished."""
    done = [run for run in runs if run["status"] == "ok"]
    keys = {key for run in done for key, value in run.items() if isinstance(value, int | float)}
    return {key: median(run[key] for run in done if key in run) for key in keys}


def _table(title: str, rows: dict[str, list[Run]]) -> Table:
    figures = {system: medians(runs) for system, runs in rows.items()}
    known = {key for row in figures.values() for key in row}
    targets = sorted(key.split(":")[1] for key in known if key.startswith("tstr:"))
    ours = next((row for system, row in figures.items() if SYSTEMS[system].ours and row), {})
    ratio = [name for name in RATIOS if name in ours]
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("system")
    titles = [*FIGURES, *(f"tstr {t}" for t in targets), *(t for _, t, _ in COST), *(RATIOS[n] for n in ratio), "runs"]
    for column in titles:
        table.add_column(column, justify="right")
    for system, row in figures.items():
        cells = [_cell(row, name, "{:.4f}") for name in FIGURES]
        cells += [_cell(row, f"tstr:{target}", "{:.3f}") for target in targets]
        cells += [_cell(row, name, form) for name, _, form in COST]
        cells += [f"{row[name] / ours[name]:.2f}" if row.get(name) and ours[name] else "" for name in ratio]
        table.add_row(system, *cells, _ended(rows[system]))
    ceiling = next((row for row in figures.values() if "ceil2" in row), {})
    if ceiling:
        real = {"tvd2": ceiling["ceil2"], "tvd3": ceiling["ceil3"]}
        trtr = {f"tstr:{target}": ceiling[f"trtr:{target}"] for target in targets}
        cells = [_cell(real, name, "{:.4f}") for name in FIGURES] + [
            _cell(trtr, f"tstr:{t}", "{:.3f}") for t in targets
        ]
        table.add_section()
        table.add_row("held-out real rows", *cells, *[""] * (len(titles) - len(cells)))
    return table


def _cell(row: dict[str, Any], name: str, form: str) -> str:
    return form.format(row[name]) if name in row else ""


def _ended(runs: list[Run]) -> str:
    """How many finished, and how the others ended."""
    others = sorted({f"{run['status'].upper()} ({run['reason']})" for run in runs if run["status"] != "ok"})
    done = sum(run["status"] == "ok" for run in runs)
    return "; ".join([str(done)] * bool(done) + others)
