"""certificate.json as a page for people: one file, nothing loaded from elsewhere, light and dark, fit for paper."""

from collections.abc import Iterable
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --line: #d1d9e0; --tint: #f6f8fa;
  --charged: #8250df; --public: #1a7f37; --internal: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --line: #3d444d;
  --tint: #151b23; --charged: #ab7df8; --public: #3fb950; --internal: #d29922 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 56rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
p { margin: .5rem 0 } .soft { color: var(--soft) }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.2rem 0 }
.figures div { flex: 1 1 9rem; border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem;
  background: var(--tint) }
.figures b { display: block; font-size: 1.3rem; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; font-size: .92em; margin: 0 0 .8rem }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere }
thead th { color: var(--soft); font-weight: 600 } tbody th { font-weight: 600 } th { overflow-wrap: break-word }
.whole { white-space: nowrap }
.cover { display: inline-block; font-weight: 600; white-space: nowrap }
.charged { color: var(--charged) } .public { color: var(--public) } .internal { color: var(--internal) }
code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
li { margin: .3rem 0 } ul { padding-left: 1.2rem }
@media (max-width: 40rem) { thead { display: none } tr { display: block; border-bottom: 1px solid var(--line);
  padding: .5rem 0 } th, td { display: block; border: 0; padding: .1rem 0 } td[data-of]::before {
  content: attr(data-of) ": "; color: var(--soft) } }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --line: #999; --tint: #fff; --charged: #000;
  --public: #000; --internal: #000 } body { max-width: none; padding: 0; font-size: 10pt }
  tr, .figures div, li { break-inside: avoid } h2 { break-after: avoid } @page { margin: 18mm } }
"""


def page(certified: dict[str, Any]) -> str:
    """The certificate in HTML. Every word of it stands in `certified`; what a person wrote is escaped."""
    given, charge, noise = certified["guarantee"], certified["charge"], certified["noise"]
    title = f"Certificate of {certified['title']}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">Synthetic data, release <code>{escape(certified["release"])}</code> of dataset '
        f"<code>{escape(certified['dataset'])}</code></p>",
        _figures(given),
        "<h2>The guarantee</h2>",
        *(f"<p>{escape(sentence)}</p>" for sentence in certified["statement"]),
        "<h2>Every step that touched raw rows</h2>",
        _table(["step", "cover", "what it did", "columns"], map(_step, certified["steps"])),
        "<p class='soft'>Public contract: it follows rules stated before any row was read. Internal: what it learned "
        "stays in the vault. Charged: paid for in the ledger, before it read.</p>",
        "<h2>What was paid</h2>",
        _facts(_charge(given, charge)),
        "<h2>The noise</h2>",
        _facts(
            {
                "drawn by": noise["library"],
                "randomness": noise["source"],
                "probed before the fit": f"{', '.join(noise['probed'])}: none repeats itself, or an earlier fit",
                "draws": f"{noise['draws']}, which come to {noise['nano_rho']:,} billionths of rho: the whole charge",
            }
        ),
        _table(["mechanism", "draws", "rho"], map(_mechanism, noise["mechanisms"])),
        "<h2>Where the values of each column come from</h2>",
        _table(["column", "its values"], map(_domain, certified["domains"])),
        "<h2>Who approved</h2>",
        _table(["who", "day", "how", "covers", "terms (sha256)"], map(_approval, certified["approvals"])),
        "<h2>What escapes the guarantee</h2>",
        _list(certified["outside"]),
        "<h2>What is not promised</h2>",
        _list(certified["not_promised"]),
        "<h2>To check it</h2>",
        _facts(
            {
                "contract (sha256)": _code(certified["contract_sha256"]),
                "ledger head": _code(certified["ledger_head"]),
                "model": _code(certified["model"]),
                "noctule": escape(certified["noctule_version"]),
            },
            escaped=True,
        ),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _figures(given: dict[str, Any]) -> str:
    rests = given.get("epsilon_with_remembered")
    shown = {
        "epsilon": f"{given['epsilon'] if rests is None else rests:.4g}",
        "delta": f"{given['delta']:g}",
        **({} if rests is None else {"of it, the last refit": f"{given['epsilon']:g}"}),
        "protects": f"one {given['unit']}",
        "rows of it, at most": f"{given['max_rows']}",
    }
    return '<div class="figures">' + "".join(f"<div>{k}<b>{escape(v)}</b></div>" for k, v in shown.items()) + "</div>"


def _step(step: dict[str, Any]) -> list[str]:
    cover = f'<span class="cover {step["cover"].split()[0]}">{escape(step["cover"])}</span>'
    if step["reservation"]:
        cover += f"<br>{_code('entry ' + step['reservation'].partition(':')[0])}"
    columns = "all" if step["columns"] is None else ", ".join(step["columns"])
    return [escape(step["step"]), cover, escape(step["did"]), escape(columns)]


def _charge(given: dict[str, Any], charge: dict[str, Any]) -> dict[str, str]:
    told = {
        "reservation": f"entry {charge['reservation'].partition(':')[0]} of the ledger, of {charge['day']}",
        "its hash": charge["reservation"].partition(":")[2],
        "amount": f"rho {given['rho']:.9g} (zCDP), and {charge['approximate_delta']:g} of delta for what may fail",
        "as epsilon and delta": f"{given['epsilon']:g} and {given['delta']:g}, by {given['conversion']}",
        "population": given["population"],
    }
    if earlier := given.get("remembered_reservations"):
        told["rests on, too"] = "entries " + ", ".join(one.partition(":")[0] for one in earlier)
    for cap in given["caps"]:
        name = f"cap: epsilon {cap['epsilon']:g} per {cap['window']} of the {cap['of']}"
        told[name] = f"{cap['spent']:.4g} spent, {cap['spent_lifetime']:.4g} ever, at delta {cap['delta']:g}"
    return told


def _mechanism(kind: dict[str, Any]) -> list[str]:
    return [escape(kind["mechanism"]), str(kind["draws"]), f"{kind['rho']:.9g}"]


def _domain(one: dict[str, Any]) -> list[str]:
    return [escape(one["column"]), escape(one["words"])]


def _approval(one: dict[str, Any]) -> list[str]:
    return [
        escape(one["who"]),
        f'<span class="whole">{escape(one["day"])}</span>',
        escape(one["how"]),
        escape(one["covers"]),
        _code(one["terms_sha256"]),
    ]


def _facts(facts: dict[str, str], *, escaped: bool = False) -> str:
    rows = "".join(f"<tr><th>{escape(k)}</th><td>{v if escaped else escape(v)}</td></tr>" for k, v in facts.items())
    return f"<table><tbody>{rows}</tbody></table>"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Cells are HTML already. On a narrow screen each cell is led by its column's name."""
    body = "".join(
        f"<tr><th>{first}</th>"
        + "".join(f'<td data-of="{name}">{cell}</td>' for name, cell in zip(head[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead><tbody>{body}</tbody></table>"


def _list(sentences: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
