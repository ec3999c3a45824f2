"""The certificate of a release: the guarantee in full, and every step that touched raw rows with what covers it."""

import math
from collections.abc import Sequence
from typing import Any

from noctule.contract import Contract
from noctule.contract.columns import DerivedColumn, FreeTextColumn, IdentifierColumn, PiiColumn
from noctule.ledger.approvals import FIRST_RUN
from noctule.ledger.balance import Balance
from noctule.ledger.entry import Entry, Reservation
from noctule.ledger.policy import approval
from noctule.release.covered import Proof, require_covered

CONVERSION = "Canonne, Kamath and Steinke 2020 (arXiv 2004.00010), Proposition 12 and Corollary 13"

DOES = {
    "ingest": "read the source file into the vault by the contract's rules, and kept at most max_rows rows a unit",
    "checks": "held the rows against the contract; only pass or fail leaves, and may stop the night",
    "pii": "looked for personal data that is not declared; only pass or fail leaves, and may stop the night",
    "purchase": "bought what the contract leaves open of columns, with noise",
    "fit": "learned the model from noisy counts, and scored it with noise",
    "drift test": "asked, with noise, whether the table has drifted from the standing model",
    "evaluation": "compared the sample with the rows, for eyes inside the vault; no figure of it decides or leaves",
}

OUTSIDE = [
    "Whether a release appears: contract checks and personal data found may stop a night that reads, and so may a "
    "source that cannot be read. That is one bit a night; it is not covered by epsilon.",
    "When a release appears, and how long a night takes: timing is not covered.",
    "Numbers computed on raw rows for the evaluation, for those who may open the vault, or Dagster inside it.",
]

LOWER = (
    "Each bound is on the epsilon of the audit's own fits, against what they claim, and not on this release's. It says "
    "that these attacks saw no more; another may. A lower bound is no proof."
)

NOT_PROMISED = [
    "That nothing can be learned of people: what holds of the population holds of its members, in the table or not.",
    "Anything beyond the unit as it is declared: a person with two keys counts as two units.",
    "That an analysis of few rows is accurate. quality.json has the error bars.",
    "That what the contract states is public knowledge: its owner declares it so.",
    "That the machine, its operating system and the libraries did as they say: this is a record, no proof of them.",
]


def certificate(
    contract: Contract,
    receipt: dict[str, Any],
    facts: dict[str, Any],
    *,
    reads: Sequence[dict[str, Any]],
    book: Sequence[Entry],
    caps: Sequence[Balance],
    audit: dict[str, Any] | None,
) -> dict[str, Any]:
    """Plain JSON, a function of its arguments. Raises CertificateError when something that ran has no cover.

    `contract`: the effective one. `facts`: of `passport`. `reads`: the journal lines of tonight's snapshot, beside
    those in the receipt. `book`: every entry of a sound ledger. `caps`: those in force, with what is spent under each.
    `audit`: of `noctule.audit.store.told`.
    """
    proof = require_covered(contract, receipt, reads, book)
    return {
        "format": 1,
        "dataset": contract.name,
        "title": contract.title or contract.name,
        "release": facts["release"],
        "statement": _statement(contract, facts, caps),
        "guarantee": _guarantee(facts, receipt, caps),
        "charge": {
            "reservation": Reservation.of(proof.reserve).anchor,
            "day": proof.reserve.at[:10],
            "nano_rho": proof.reserve.nano_rho,
            "approximate_delta": receipt["approximate_delta"],
        },
        "steps": [{**line, "did": DOES[line["step"]]} for line in proof.reads],
        "noise": _noise(receipt),
        "audit": _audit(receipt, audit),
        "domains": [_domain(column, receipt, proof, book) for column in contract.columns],
        "approvals": _approvals(proof, book),
        "outside": OUTSIDE,
        "not_promised": NOT_PROMISED,
        "contract_sha256": facts["contract_sha256"],
        "ledger_head": facts["ledger_head"],
        "model": facts["model"],
        "noctule_version": facts["noctule_version"],
    }


def _statement(contract: Contract, facts: dict[str, Any], caps: Sequence[Balance]) -> list[str]:
    unit, rows = contract.unit.column or "row", contract.unit.max_rows
    epsilon, delta = facts["epsilon"], facts["delta"]
    rests = facts.get("epsilon_with_remembered")
    whole, what = (epsilon, "the model behind this release satisfies")
    if rests is not None:
        whole, what = rests, "this release and all earlier refits that its model builds on satisfy, together,"
    said = [
        f"Two tables are neighbours when one is the other with one {unit} added or removed, with at most {rows} "
        f"row{'s' if rows > 1 else ''}. The number of rows is private, too.",
        f"For all neighbours D and D' and every set S of outcomes, {what} "
        f"P[outcome of D in S] <= e^{whole:.4g} P[outcome of D' in S] + {delta:g}. The release is sampled from the "
        f"model, which costs nothing more: it is ({whole:.4g}, {delta:g})-differentially private for one {unit}.",
    ]
    if rests is not None:
        said.append(
            f"Of this, the last refit added ({epsilon:g}, {delta:g}), given what the earlier ones had released."
        )
    spent = [f"epsilon {cap.epsilon_spent:.4g} of {cap.limit.words()}" for cap in caps]
    said.append(
        f"The same people may be in other releases. Charged to the population {contract.population} so far: "
        f"{'; '.join(spent)}. A cap per year counts the last 365 days; a person's own loss is that of a lifetime, "
        f"epsilon {max(cap.epsilon_lifetime for cap in caps):.4g} so far."
    )
    return said


def _guarantee(facts: dict[str, Any], receipt: dict[str, Any], caps: Sequence[Balance]) -> dict[str, Any]:
    rests: dict[str, Any] = {}
    if "epsilon_with_remembered" in facts:
        rests = {
            "epsilon_with_remembered": facts["epsilon_with_remembered"],
            "remembered_nano_rho": receipt["remembered"]["nano_rho"],
            "remembered_reservations": receipt["remembered"].get("reservations"),
        }
    return {
        "adjacency": facts["neighbouring_relation"],
        "unit": facts["privacy_unit"],
        "max_rows": facts["max_rows"],
        "epsilon": facts["epsilon"],
        "delta": facts["delta"],
        "rho": facts["rho"],
        "conversion": CONVERSION,
        **rests,
        "population": facts["population"],
        "caps": [
            {
                "epsilon": cap.limit.cap.epsilon,
                "delta": cap.limit.delta,
                "window": cap.limit.cap.per,
                "of": cap.limit.cap.of,
                "spent": cap.epsilon_spent,
                "spent_lifetime": cap.epsilon_lifetime,
            }
            for cap in caps
        ],
    }


def _noise(receipt: dict[str, Any]) -> dict[str, Any]:
    rhos: dict[str, list[float]] = {}
    for draw in receipt["draws"]:
        rhos.setdefault(draw["mechanism"], []).append(draw["rho"])
    return {
        "library": f"{receipt['noise_source']['library']} {receipt['noise_source']['version']}",
        "source": "the operating system's secure randomness; no seed",
        "probed": sorted(receipt["noise_source"]["probe"]),  # without digests, which would help to guess weak noise
        "mechanisms": [
            {"mechanism": name, "draws": len(each), "rho": math.fsum(each)} for name, each in sorted(rhos.items())
        ],
        "draws": len(receipt["draws"]),
        "nano_rho": receipt["nano_rho"],
    }


def _audit(receipt: dict[str, Any], audit: dict[str, Any] | None) -> dict[str, Any]:
    """What attacks found of the engine and code that fitted the model; or that none were made, in plain words."""
    engine, code = receipt["engine"], receipt.get("code")
    which = {"engine": engine, "code_sha256": code}
    if audit:
        said = (
            f"The engine {engine} and the code that fitted this model passed all {audit['tests']} tests of the audit "
            f"that ended on {audit['at'][:10]}. It attacks made rows, which are public. "
            f"Sound code fails an audit with a chance of at most {audit['error']:g}."
        )
        return {**which, **audit, "statement": [said, LOWER]}
    said = f"No audit of the engine {engine} and the code that fitted this model had been made when it was sampled."
    if code is None:
        said = "The code that fitted this model was not recorded, so that no audit of it is known."
    return {**which, "at": None, "passed": None, "bounds": [], "statement": [said]}


def _domain(column: Any, receipt: dict[str, Any], proof: Proof, book: Sequence[Entry]) -> dict[str, Any]:
    """Where the values that a column can have come from: public, or bought."""
    bought = next((item for item in receipt.get("bought", []) if item["column"] == column.name), None)
    by, words = "owner", "declared in the contract as public knowledge"
    if bought and bought["bought"] == "domain":
        by, words = "dp_estimated", f"bought with noise for rho {bought['rho']:.3g}: {bought['found']}"
    elif isinstance(column, IdentifierColumn | PiiColumn | FreeTextColumn):
        made = {
            "drop": "left out",
            "surrogate": "numbered anew",
            "fake": "stand-ins from public word lists",
        }
        by, words = "none", f"never learned; {made[column.release]}"
    elif isinstance(column, DerivedColumn):
        by, words = "owner", f"computed after sampling from {column.source}, by a map that the contract declares"
    elif day := _promoted(column.name, proof.approve, book):
        by, words = "data_draft", f"drafted from data; made public by the word of {day[0]} on {day[1]}"
    elif getattr(column, "domain_source", "") == "codebook":
        by, words = "codebook", "declared in the contract, from a code book"
    if bought and bought["bought"] == "atoms":
        words += f"; frequent values bought with noise for rho {bought['rho']:.3g}"
    return {"column": column.name, "by": by, "words": words}


def _promoted(column: str, signed: Entry, book: Sequence[Entry]) -> tuple[str, str] | None:
    """Who approved, and on which day, that a domain drafted from data is public; None for one that was no draft."""
    term = f"column {column!r}, domain_source"
    drafted = False
    for entry in book[: signed.seq]:
        if entry.kind == "approve" and entry.dataset == signed.dataset:
            said = approval(entry.detail_json)
            if drafted and said.terms.get(term) != "data_draft":
                return said.who, entry.at[:10]
            drafted = said.terms.get(term) == "data_draft"
    return None


def _approvals(proof: Proof, book: Sequence[Entry]) -> list[dict[str, Any]]:
    """The approval that the charge was made under, and the dataset's newest where that is another."""
    mine = [entry for entry in book if entry.kind == "approve" and entry.dataset == proof.reserve.dataset]
    standing = [entry for entry in mine if approval(entry.detail_json).standing][-1:]
    kept = {entry.seq: entry for entry in (proof.approve, *standing)}
    return [
        {
            "entry": seq,
            "who": approval(entry.detail_json).who,
            "day": entry.at[:10],
            "how": "recorded at its first run" if approval(entry.detail_json).why == FIRST_RUN else "approved",
            "terms_sha256": entry.key,
            "covers": "the charge" if entry == proof.approve else "the dataset as it stands",
        }
        for seq, entry in sorted(kept.items())
    ]
