"""The page, from top to bottom."""

from collections.abc import Iterator
from html import escape
from typing import Any

from noctule.html import bullets, code, document, facts, figures, table
from noctule.release.layout import CARD, PAGE, QUALITY, REPORT
from noctule.release.suitability import CAUTION, TRUST
from noctule.report.burndown import burn_down
from noctule.report.heat import MOST as MOST_ATTRIBUTES
from noctule.report.heat import Pairs, heat
from noctule.report.internal import findings
from noctule.report.interval import interval
from noctule.report.marginals import marginals
from noctule.report.style import STYLE
from noctule.report.told import Told

WIDEST = 0.2  # of the axis of error bars
MOVED = 12  # tables listed


def report(told: Told) -> str:
    """The page of one release in HTML; the internal version where `told.internal` is given.

    A function of its argument. What a person wrote is escaped; nothing is loaded from elsewhere, and no script runs.
    """
    title = told.contract.title or told.contract.name
    version = "internal report" if told.internal is not None else "report"
    sections = dict(_sections(told))
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">Synthetic data, {version} of release {code(told.passport["release"])}</p>',
        *([BANNER] if told.internal is not None else []),
        _opening(told),
        "<nav>" + "".join(f'<a href="#{_id(name)}">{name}</a>' for name in sections) + "</nav>",
    ]
    for name, section in sections.items():
        body += [f'<h2 id="{_id(name)}">{name}</h2>', *section]
    return document(f"{title}: {version}", body, STYLE)


BANNER = (
    '<p class="banner"><b>Internal.</b> This page shows exact numbers of the raw table that nobody paid for. It stays '
    f"in the vault; {REPORT} in the release is the version that may be shown to others.</p>"
)


def _sections(told: Told) -> Iterator[tuple[str, list[str]]]:
    """Name -> pieces of HTML, those that there is something to say in."""
    if told.suitable and told.trusted:
        yield "What to use it for", _uses(told, told.suitable)
    yield "Column by column", [_key(told), marginals(told)]
    if told.trusted or (told.internal and told.internal.get("pairs")):
        yield "Pairs", _pairs(told)
    if told.internal is not None:
        yield from findings(told.internal)
    yield "Against the release before", _drift(told)
    drawing, words = burn_down(told.book, told.contract, told.at)
    yield "The budget", [f"<p>{escape(words)}</p>", drawing, _paid(told)]
    yield "Gates", [table(["gate", "measured", "must be", "verdict"], map(_gate, told.gates))]
    yield "How to read this page", _reading(told)


def _opening(told: Told) -> str:
    given = told.passport
    rests = given.get("epsilon_with_remembered")
    shown = {
        "rows": f"{told.rows:,}",
        "epsilon of this release": f"{given['epsilon'] if rests is None else rests:.4g}",
        f"epsilon, all charges, {given['epsilon_total_window']}": f"{given['epsilon_total']:.4g}",
        "protects": "one row" if given["privacy_unit"] == "row" else f"one {given['privacy_unit']}",
    }
    if told.score:
        shown["mean distance of pairs, charged"] = f"{told.score['tvd2']:.3f} ± {told.score['error95']:.3f}"
    if told.suitable:
        words = [one["use"] for one in told.suitable["columns"].values()]
        shown["columns and parts to trust"] = f"{words.count('trust')} of {len(words)}"
    return figures(shown)


def _uses(told: Told, suitable: dict[str, Any]) -> list[str]:
    own = {one["attributes"][0]: one for one in (told.trusted or {})["tables"] if len(one["attributes"]) == 1}
    rows = [_use(name, one, own.get(name)) for name, one in suitable["columns"].items()]
    return [
        f"<p>How far the share of any group of values may be off, at 95 %: up to {100 * TRUST:.0f} percentage points "
        f"is <b>trust</b>, up to {100 * CAUTION:.0f} <b>caution</b>. The bar runs from the estimate to the bound, on a "
        f"scale of 0 to {WIDEST:g} with lines at both. Below the smallest safe group, noise alone moves a count by "
        "more than a tenth.</p>",
        table(["column", "use", "error of its shares", "at most", "smallest safe group"], rows),
    ]


def _use(name: str, one: dict[str, Any], own: dict[str, Any] | None) -> list[str]:
    bound, safe = one["tvd95"], one["smallest_safe_group"]
    estimate = None if own is None else own["tvd"]
    bar = "" if bound is None else interval(estimate or 0, bound, (0, WIDEST), at=estimate, marks=(TRUST, CAUTION))
    why = f' <span class="soft">{escape(one["why"])}</span>' if "why" in one else ""
    return [
        escape(name),
        f'<span class="{one["use"].split()[-1]}">{one["use"]}</span>{why}',
        bar,
        "" if bound is None else f"{bound:.3f}",
        "" if safe is None else f"{safe:,} rows",
    ]


def _key(told: Told) -> str:
    kinds = [("bar", "the table, exactly (internal)"), ("stroke", "the release")]
    if told.internal is None:
        kinds = [("bar", "the table, as noisy counts"), ("whisker", "their 95 % error"), ("stroke", "the release")]
    return '<p class="key">' + "".join(f'<span><i class="{kind}"></i>{words}</span>' for kind, words in kinds) + "</p>"


def _pairs(told: Told) -> list[str]:
    bounds = _by_pair(told.trusted["pairs"], "tvd95") if told.trusted else {}
    exact = _by_pair(told.internal["pairs"], "tvd") if told.internal and "pairs" in told.internal else None
    names = list(told.released)[:MOST_ATTRIBUTES]
    words = [
        "Total variation distance of two attributes' joint shares, in percent: the most that any group's share is off.",
        "Below the diagonal its 95 % bound by the noise; a dot where the pair was not measured.",
    ]
    if exact is not None:
        words.append("Above it the exact distance.")
    if len(names) < len(told.released):
        words.append(f"The first {MOST_ATTRIBUTES} of {len(told.released)} attributes; {QUALITY} has all.")
    return [f"<p>{' '.join(words)}</p>", heat(names, bounds, exact)]


def _by_pair(found: list[dict[str, Any]], key: str) -> Pairs:
    return {(one["attributes"][0], one["attributes"][1]): one[key] for one in found}


def _drift(told: Told) -> list[str]:
    if told.before is None:
        return ["<p>There is no release before this one.</p>"]
    if told.drift is None:
        return [f"<p>{code(told.before)} holds no error bars to compare with.</p>"]
    if told.drift["same_model"]:
        return [f"<p>Drawn from the same model as {code(told.before)}: the two differ by sampling alone.</p>"]
    found = told.drift["tables"]
    moved = [one for one in found if one["moved"]]
    chance = told.drift["false_alarm"]["all_tables"]
    words = (
        f"Against {code(told.before)}, {len(moved)} of {len(found)} tables that both measured moved by more than the "
        f"noise of both explains; if nothing had changed, any would be named with probability {chance:g} at most."
    )
    rows = [
        [
            escape(" × ".join(one["attributes"])),
            '<span class="moved">moved</span>' if one["moved"] else '<span class="held">within noise</span>',
            escape(" / ".join(one["cell"])),
            f"{one['change']:+,}",
            f"{one['explained']:,}",
        ]
        for one in found[:MOVED]
    ]
    head = ["table", "verdict", "most at", "rows", "noise explains"]
    return [f"<p>{words}</p>", *([table(head, rows)] if rows else [])]


def _paid(told: Told) -> str:
    given = told.passport
    unit = (
        "one row"
        if given["privacy_unit"] == "row"
        else f"one {given['privacy_unit']}, of {given['max_rows']} row(s) at most"
    )
    said = {
        "this refit": f"epsilon {given['epsilon']:g} at delta {given['delta']:g}: rho {given['rho']:.6g} (zCDP)",
        "protected": unit,
        "population": given["population"],
        "engine": f"{given['engine']}; {', '.join(given['mechanisms'])}",
        "ledger head": given["ledger_head"],
    }
    if (rests := given.get("epsilon_with_remembered")) is not None:
        said["with the refits it remembers"] = f"epsilon {rests:.4g}"
    return facts(said)


def _gate(gate: Any) -> list[str]:
    bound = f"at least {gate.floor:g}" if gate.floor is not None else f"at most {gate.ceiling:g}"
    verdict = '<span class="held">passed</span>' if gate.passed else '<span class="alarm">FAILED</span>'
    return [gate.name, f"{gate.value:.4g}", bound, verdict]


def _reading(told: Told) -> list[str]:
    said = [
        "Epsilon bounds what the release tells about any one unit, whatever is computed from it. It does not promise "
        "that an analysis of few rows is accurate: that, the error bars tell.",
        "Error bars are of the noise that was added, at the resolution that was measured (bins, groups of codes). They "
        "were not computed on the rows.",
        "Intervals computed as if the synthetic rows were observed are too narrow: they leave out the fit's noise.",
    ]
    if told.internal is None:
        links = " and ".join(f'<a href="{name}">{name}</a>' for name in (PAGE, CARD))
        return [bullets(said), f"<p>What the guarantee rests on, and how to open the data: {links}.</p>"]
    return [bullets([*said, "No claim of privacy rests on an attack that found nothing."])]


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")
