"""`noctule explain EPSILON`: a guarantee in the words of attack risk."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from noctule.errors import UsageError
from noctule.mechanisms.accounting import NANO, epsilon_of, rho_of
from noctule.risk import gaussian, gaussian_mu, loss_gaussian, loss_worst, loss_zcdp, posterior, worst, zcdp

CENTURY = 36_525  # nights

_READINGS = {"worst": "worst allowed", "gaussian": "Gaussian", "zcdp": "zCDP"}
_MEASURES = {
    "advantage": "greatest advantage",
    "found_at_1_percent": "found, accusing 1 % wrongly",
    "found_at_10_percent": "found, accusing 10 % wrongly",
    "posterior_from_50_percent": "a belief of 50 % grows to",
    "posterior_from_1_percent": "a belief of 1 % grows to",
}


@click.command()
@click.argument("epsilon", type=float)
@click.option("--delta", default=1e-6, show_default=True, help="The delta of the guarantee.")
@click.option("--nights", default=1, type=click.IntRange(1, CENTURY), help="Refits at this epsilon that add up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def explain(epsilon: float, delta: float, nights: int, as_json: bool) -> None:
    """Translate EPSILON into the risk of an attack that asks whether a person is in the table."""
    facts = _facts(epsilon, delta, nights)
    if as_json:
        click.echo(json.dumps(facts))
        return
    console = Console(highlight=False)
    console.print(_heading(facts), "", _table(facts["risks"]), "", _sentences(facts), "", _ASSUMED, sep="\n")


def _facts(epsilon: float, delta: float, nights: int) -> dict[str, Any]:
    if epsilon > 1000:
        raise UsageError("an epsilon above 1000 protects nobody", fix="give an epsilon such as 1.0")
    nano_rho = nights * rho_of(epsilon, delta)
    total = epsilon if nights == 1 else epsilon_of(nano_rho, delta)
    return {
        "epsilon": epsilon,
        "delta": delta,
        "nights": nights,
        "total": {"epsilon": total, "delta": delta, "rho": nano_rho / NANO, "nano_rho": nano_rho},
        "total_by_basic_composition": {"epsilon": nights * epsilon, "delta": min(nights * delta, 1.0)},
        "risks": _risks(total, delta, nano_rho / NANO),
    }


def _risks(epsilon: float, delta: float, rho: float) -> dict[str, dict[str, float]]:
    mu, most, failure = gaussian_mu(epsilon, delta), loss_worst(epsilon), min(2 * delta, 0.5)
    attacks = {"worst": worst(epsilon, delta), "gaussian": gaussian(mu), "zcdp": zcdp(rho)}
    losses = {
        "worst": most,
        "gaussian": min(loss_gaussian(mu, failure), most),
        "zcdp": min(loss_zcdp(rho, failure), most),
    }
    return {
        name: {
            "advantage": attack.advantage,
            "found_at_1_percent": attack.found(0.01),
            "found_at_10_percent": attack.found(0.1),
            "posterior_from_50_percent": posterior(0.5, losses[name]),
            "posterior_from_1_percent": posterior(0.01, losses[name]),
        }
        for name, attack in attacks.items()
    }


def _heading(facts: dict[str, Any]) -> str:
    total, basic = facts["total"], facts["total_by_basic_composition"]
    what = f"[bold]epsilon {facts['epsilon']:g}[/bold] at delta {facts['delta']:g}"
    if facts["nights"] == 1:
        return f"{what}: rho {total['rho']:.4g}"
    return (
        f"{what}, {facts['nights']:,} nights: [bold]epsilon {total['epsilon']:.3g}[/bold] in total, by zCDP "
        f"(rho {total['rho']:.4g}, delta {total['delta']:g}); by basic composition epsilon {basic['epsilon']:.4g} "
        f"at delta {basic['delta']:.3g}. All that follows is about the total."
    )


def _table(risks: dict[str, dict[str, float]]) -> Table:
    table = Table("at most", box=None, pad_edge=False)
    for heading in _READINGS.values():
        table.add_column(heading, justify="right")
    for measure, label in _MEASURES.items():
        table.add_row(label, *(_percent(risks[reading][measure]) for reading in _READINGS))
    return table


def _sentences(facts: dict[str, Any]) -> str:
    risk = {measure: _percent(value) for measure, value in facts["risks"]["zcdp"].items()}
    return (
        "An attacker who knows everybody else's records and accepts accusing 1 % of innocent people wrongly finds at "
        f"most {risk['found_at_1_percent']} of the people who are in the table; by chance it would be 1 %.\n"
        "However many are accused, the share found of the people who are in the table is at most "
        f"{risk['advantage'].removesuffix(' %')} percentage points above the share accused of those who are not; "
        "by chance it would be 0.\n"
        "Whoever held it 50 % likely that a person is in the table can become at most "
        f"{risk['posterior_from_50_percent']} sure of it, and from 1 % at most {risk['posterior_from_1_percent']}, "
        f"but for releases whose probability is at most {100 * min(2 * facts['delta'], 1.0):.3g} %."
    )


def _percent(share: float) -> str:
    return f"{100 * share:#.3g}".removesuffix(".") + " %"


_ASSUMED = (
    "The sentences read the column zCDP: what is proved for the rho that Noctule charges. Worst allowed: any mechanism "
    "of this epsilon and delta. Gaussian: noise tuned exactly to them, for comparison. Beliefs hold but for "
    "releases of probability 2 delta. Figures are rounded to three digits.\n"
    "Assumed is the attacker's best case: every other record, the contract and the code are known, and computing is "
    "free. A person is one unit of the contract, with at most max_rows rows; other releases about the same people add "
    "to the risk. Nothing is said of what statistics of the whole population tell of anybody, in the table or not."
)
