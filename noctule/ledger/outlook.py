"""The forecast as plain JSON and as words: what `noctule ledger forecast` prints."""

from itertools import groupby
from typing import Any

from noctule.ledger.compose import ATTO
from noctule.ledger.entry import timestamp
from noctule.ledger.forecast import HORIZON, Forecast, Outlook
from noctule.mechanisms.accounting import NANO


def account_of(outlook: Outlook) -> dict[str, Any]:
    """`refused_on` is null where the cap lasts to the `horizon`, or where no calendar knows the refits (`calendar`)."""
    return {
        "as_of": timestamp(outlook.at),
        "horizon": timestamp(outlook.at + HORIZON),
        "resume_on": None if outlook.resume is None else timestamp(outlook.resume),
        "populations": [
            {"population": name, "datasets": [dataset_of(one) for one in datasets]}
            for name, datasets in _populations(outlook)
        ],
    }


def lines_of(outlook: Outlook) -> list[str]:
    """Short lines, population by population, so that they read on any terminal."""
    lines: list[str] = []
    for name, datasets in _populations(outlook):
        lines.append(f"[bold]{name}[/bold]")
        for one in datasets:
            lines += [f"  {one.dataset}", *(f"    {line}" for line in words_of(one))]
        if unknown := [one.dataset for one in datasets if not one.calendar]:
            lines.append(f"  what {', '.join(unknown)} will charge is not in the dates above: no calendar tells it")
    if outlook.resume is not None:
        lines.append(f"from {outlook.resume:%Y-%m-%d} on, after 35 days without an entry: noctule ledger resume")
    return lines


def words_of(one: Forecast) -> list[str]:
    """What one dataset may expect, one line a fact."""
    lines = [f"refits {one.refit}, rho {one.charge.nano_rho / NANO:.4g} each"]
    if not one.calendar:
        lines.append(f"at most {one.refits} refits fit in the next year, if nobody else charges")
        lines.append(f"past refits: {', '.join(map(str, one.past[-6:])) or 'none in the last year'}")
    elif one.refused is None or one.by is None:
        lines.append(
            f"the caps last: no refit is refused in {HORIZON.days // 365} years; {one.refits} in the next year"
        )
    else:
        lines.append(f"refused on {one.refused} by {one.by.words()}; {one.refits} refits in the next year")
    if not one.signed:
        lines.append(f'this is after an approval: noctule approve {one.dataset} --why "..."')
    return lines


def _populations(outlook: Outlook) -> list[tuple[str, list[Forecast]]]:
    by_population = sorted(outlook.datasets, key=lambda one: one.population)
    return [(name, list(found)) for name, found in groupby(by_population, key=lambda one: one.population)]


def dataset_of(one: Forecast) -> dict[str, Any]:
    """One dataset, for scripts."""
    return {
        "dataset": one.dataset,
        "refit": one.refit,
        "nano_rho": one.charge.nano_rho,
        "approximate_delta": one.charge.atto_delta / ATTO,
        "calendar": one.calendar,
        "refused_on": None if one.refused is None else str(one.refused),
        "refused_by": None if one.by is None else one.by.words(),
        "refits_in_a_year": one.refits,
        "past_refits": [str(day) for day in one.past],
        "signed": one.signed,
    }
