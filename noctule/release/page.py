"""certificate.json as a page for people: one file, nothing loaded from elsewhere, light and dark, fit for paper."""

from html import escape
from typing import Any

from noctule.html import bullets, code, document, facts, figures, table


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
        table(["step", "cover", "what it did", "columns"], map(_step, certified["steps"])),
        "<p class='soft'>Public contract: it follows rules stated before any row was read. Internal: what it learned "
        "stays in the vault. Charged: paid for in the ledger, before it read.</p>",
        "<h2>What was paid</h2>",
        facts(_charge(given, charge)),
        "<h2>The noise</h2>",
        facts(
            {
                "drawn by": noise["library"],
                "randomness": noise["source"],
                "probed before the fit": f"{', '.join(noise['probed'])}: none repeats itself, or an earlier fit",
                "draws": f"{noise['draws']}, which come to {noise['nano_rho']:,} billionths of rho: the whole charge",
            }
        ),
        table(["mechanism", "draws", "rho"], map(_mechanism, noise["mechanisms"])),
        "<h2>The audit of the code</h2>",
        *_audit(certified["audit"]),
        "<h2>Where the values of each column come from</h2>",
        table(["column", "its values"], map(_domain, certified["domains"])),
        "<h2>Who approved</h2>",
        table(["who", "day", "how", "covers", "terms (sha256)"], map(_approval, certified["approvals"])),
        "<h2>What escapes the guarantee</h2>",
        bullets(certified["outside"]),
        "<h2>What is not promised</h2>",
        bullets(certified["not_promised"]),
        "<h2>To check it</h2>",
        facts(
            {
                "contract (sha256)": code(certified["contract_sha256"]),
                "ledger head": code(certified["ledger_head"]),
                "model": code(certified["model"]),
                "noctule": escape(certified["noctule_version"]),
            },
            escaped=True,
        ),
    ]
    return document(title, body)


def _figures(given: dict[str, Any]) -> str:
    rests = given.get("epsilon_with_remembered")
    shown = {
        "epsilon": f"{given['epsilon'] if rests is None else rests:.4g}",
        "delta": f"{given['delta']:g}",
        **({} if rests is None else {"of it, the last refit": f"{given['epsilon']:g}"}),
        "protects": f"one {given['unit']}",
        "rows of it, at most": f"{given['max_rows']}",
    }
    return figures(shown)


def _step(step: dict[str, Any]) -> list[str]:
    cover = f'<span class="cover {step["cover"].split()[0]}">{escape(step["cover"])}</span>'
    if step["reservation"]:
        cover += f"<br>{code('entry ' + step['reservation'].partition(':')[0])}"
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


def _audit(audit: dict[str, Any]) -> list[str]:
    said = [f"<p>{escape(sentence)}</p>" for sentence in audit["statement"]]
    told = {"code (sha256)": audit["code_sha256"] or "not recorded", "audit ended": audit["at"] or "none was made"}
    head = ["test", "epsilon, at least", "claimed", "delta", "canaries"]
    return [*said, facts(told), *([table(head, map(_bound, audit["bounds"]))] if audit["bounds"] else [])]


def _bound(one: dict[str, Any]) -> list[str]:
    figures = (f"{one['bound']:.4g}", f"{one['claim']:g}", f"{one['delta']:g}", str(one["canaries"]))
    return [escape(one["words"].partition(":")[0]), *figures]


def _domain(one: dict[str, Any]) -> list[str]:
    return [escape(one["column"]), escape(one["words"])]


def _approval(one: dict[str, Any]) -> list[str]:
    return [
        escape(one["who"]),
        f'<span class="whole">{escape(one["day"])}</span>',
        escape(one["how"]),
        escape(one["covers"]),
        code(one["terms_sha256"]),
    ]
