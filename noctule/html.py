"""Pages for people: one file each, nothing loaded from elsewhere, light and dark, for a phone and for paper."""

from collections.abc import Iterable
from html import escape

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
  content: attr(data-of) ": "; color: var(--soft) } td:empty { display: none } }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --line: #999; --tint: #fff; --charged: #000;
  --public: #000; --internal: #000 } body { max-width: none; padding: 0; font-size: 10pt }
  tr, .figures div, li { break-inside: avoid } h2 { break-after: avoid } @page { margin: 18mm } }
"""


def document(title: str, body: Iterable[str], style: str = "") -> str:
    """A whole page; `body`: pieces of HTML, `style`: what it needs beside STYLE."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def figures(shown: dict[str, str]) -> str:
    """A row of boxes, name -> the few characters that matter."""
    return '<div class="figures">' + "".join(f"<div>{k}<b>{escape(v)}</b></div>" for k, v in shown.items()) + "</div>"


def facts(told: dict[str, str], *, escaped: bool = False) -> str:
    """Two columns; values are escaped unless they are HTML already."""
    rows = "".join(f"<tr><th>{escape(k)}</th><td>{v if escaped else escape(v)}</td></tr>" for k, v in told.items())
    return f"<table><tbody>{rows}</tbody></table>"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Cells are HTML already. On a narrow screen each cell is led by its column's name."""
    body = "".join(
        f"<tr><th>{first}</th>"
        + "".join(f'<td data-of="{name}">{cell}</td>' for name, cell in zip(head[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead><tbody>{body}</tbody></table>"


def bullets(sentences: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
