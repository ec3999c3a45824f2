"""The page tells released facts alone, unless it is the internal one; and it stands on its own."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.engines.bundle import Bundle
from noctule.evaluation.evaluate import Evaluation
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.release.gates import gate
from noctule.release.publish import publish
from noctule.release.trust import trust
from noctule.report.report import report
from noctule.report.store import internal_report
from noctule.report.told import Told, tell
from tests.noctule.pages import Words

PASSPORT = {
    "release": "20261123T023000Z-0123abcd",
    "epsilon": 1.0,
    "delta": 1e-6,
    "rho": 0.015,
    "epsilon_total": 1.5,
    "epsilon_total_window": "year",
    "privacy_unit": "person",
    "max_rows": 2,
    "population": "testers",
    "engine": "mst",
    "mechanisms": ["discrete_gaussian"],
    "ledger_head": "2:ab",
}
ATTACK = {"name": "singling out", "low": -0.01, "high": 0.03, "verdict": "unclear", "sentence": "of the rows: 4.44%"}
INTERNAL: dict[str, Any] = {
    "failures": [{"metric": "SDMetrics", "error": "KeyError"}],
    "attacks": [ATTACK, {**ATTACK, "name": "disclosure", "low": None, "high": None, "verdict": "not measured"}],
    "targets": [{"target": "back", "tstr": 0.71, "trtr": 0.77, "tstr95": [0.7, 0.72], "trtr95": None}],
    "ceilings": [{"ways": 2, "rows": 250, "tvd": 0.123, "fresh_rows": 0.1, "ratio": 1.23}],
    "subgroups": [{"column": "drug", "group": "none", "rows": 99, "tvd": 0.31, "fresh_rows": 0.3, "size": 1.0}],
    "sdmetrics_quality": 0.9,
    "k_marginal": None,
}


@pytest.fixture
def told(measured: Bundle, staged: Path, receipt: dict[str, Any], ledger: Ledger) -> Told:
    return tell(
        measured.contract,
        PASSPORT,
        receipt,
        staged,
        gates=gate(measured.contract, receipt, 1.0, staged),
        trusted=trust(measured, staged),
        book=ledger.entries(),
        at=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
        before=None,
    )


def internal(told: Told, measured: Bundle) -> Told:
    rng = np.random.default_rng(3)
    shares = {name: rng.dirichlet(np.ones(size)).tolist() for name, size in Codec(measured.contract).domain.items()}
    pairs = [{"attributes": ["age", "drug"], "tvd": 0.1917}]
    return replace(told, internal={**INTERNAL, "shares": shares, "pairs": pairs})


def test_the_publishable_page_stands_on_its_own(told: Told) -> None:
    page = report(told)
    words = Words(page)
    assert words.open == [] and "script" not in words.tags and not re.search(r"url\(|@import|https?://", page)
    outside = {address for address in words.loads if not address.startswith("#")}
    assert outside == {"certificate.html", "README.md"}  # which lie beside it
    assert {f'id="{address[1:]}"' in page for address in words.loads if address.startswith("#")} == {True}
    assert "prefers-color-scheme: dark" in page and "@media print" in page and "max-width: 40rem" in page
    assert report(told) == page


def test_the_publishable_page_draws_what_was_paid_for(told: Told) -> None:
    """A bar and an error bar for each cell drawn, and the bounds of quality.json."""
    page, tables = report(told), told.trusted and told.trusted["tables"]
    assert tables and "Internal" not in page and "Attacks" not in page
    own = {one["attributes"][0]: one for one in tables if len(one["attributes"]) == 1}
    bounds = (told.suitable or {})["columns"]
    assert all(f"<b>{name}</b><span>TVD ≤ {bounds[name]['tvd95']:.3f}</span>" in page for name in own)
    assert page.count('class="table"') == page.count('class="error"') >= len(own) * 2
    known = [pair for pair in (told.trusted or {})["pairs"] if pair["tvd95"] is not None]
    assert known and all(f"TVD {pair['tvd95']:.3f}" in page for pair in known)
    assert page.count('class="unknown"') == len((told.trusted or {})["pairs"]) - len(known)
    said = Words(page).text
    assert "1.5" in said and "0.050 ± 0.010" in said and "one person" in said
    assert "There is no release before this one." in said


def test_bars_are_as_high_as_the_counts(told: Told) -> None:
    """Of a column of two values, in the tips that a pointer shows: noisy shares, their error, the release's shares."""
    table = next(one for one in (told.trusted or {})["tables"] if one["attributes"] == ["back"])
    counts, released = np.maximum(table["counts"], 0), told.released["back"]
    for code in range(2):
        share, error = 100 * counts[code] / counts.sum(), 100 * table["error95"] / counts.sum()
        own = 100 * released[code] / released.sum()
        assert f"<title>table {share:.3g} ± {error:.2g} %, release {own:.3g} %</title>" in report(told)


def test_the_internal_page_shows_the_evaluation(told: Told, measured: Bundle) -> None:
    page = report(internal(told, measured))
    words = Words(page)
    assert words.open == [] and "Internal." in words.text and 'class="error"' not in page
    for piece in ("4.44%", "unclear", "not measured", "0.710", "0.700 to 0.720", "0.123", "drug: none"):
        assert piece in words.text, piece
    assert "SDMetrics (KeyError)" in words.text and "TVD 0.192" in page
    assert "report.html" in words.text and [one for one in words.loads if not one.startswith("#")] == []
    assert not {"4.44%", "TVD 0.192", "drug: none"} & set(re.findall(r"4\.44%|TVD 0\.192|drug: none", report(told)))


@pytest.mark.parametrize("found", [{}, {"failed": "MemoryError"}])
def test_an_evaluation_that_failed_still_makes_a_page(told: Told, found: dict[str, Any]) -> None:
    words = Words(report(replace(told, internal=found)))
    assert words.open == [] and "Internal." in words.text and "Attacks" not in words.text


def test_a_model_without_noisy_counts_shows_the_release_alone(told: Told) -> None:
    page = report(replace(told, trusted=None, suitable=None))
    assert 'class="table"' not in page and 'class="release"' in page and "What to use it for" not in page


def test_what_a_person_wrote_is_escaped(told: Told, measured: Bundle) -> None:
    planted = "<script>alert(1)</script>"
    contract = told.contract.model_copy(update={"title": planted, "population": planted})
    inside = internal(told, measured)
    hostile = {**(inside.internal or {}), "targets": [{**INTERNAL["targets"][0], "target": planted}]}
    assert "<script" not in report(replace(inside, contract=contract, before=planted, internal=hostile))


def test_drift_is_told_against_the_release_before(
    told: Told, measured: Bundle, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    first = publish(measured.contract, home, staged, receipt, 1.0, **terms, trusted=trust(measured, staged))
    assert Words((first / "report.html").read_text()).open == []

    def shifted(rows: int) -> dict[str, Any]:
        tables = [replace(one, counts=one.counts + (np.arange(one.counts.size).reshape(one.counts.shape) == 0) * rows)
                  if one.clique == ("age",) else one for one in measured.model.measurements]  # fmt: skip
        return trust(replace(measured, model=replace(measured.model, measurements=tuple(tables))), staged)

    def said(trusted: dict[str, Any]) -> str:
        words = {"gates": told.gates, "trusted": trusted, "book": told.book, "at": told.at, "before": first}
        return Words(report(tell(measured.contract, PASSPORT, receipt, staged, **words))).text

    assert "Drawn from the same model as 20261123T023000Z-0123abcd" in said(shifted(0))
    page = said(shifted(200))
    assert re.search(r"Against 20261123T023000Z-0123abcd, 1 of \d+ tables ", page) and "agemoved0..9+200" in page
    (first / "quality.json").chmod(0o644)
    (first / "quality.json").write_text(json.dumps({"bands": None}))
    assert "holds no error bars" in said(shifted(0))


def test_the_vault_keeps_the_internal_page(
    measured: Bundle, home: Home, staged: Path, ledger: Ledger, receipt: dict[str, Any]
) -> None:
    found = Evaluation({"validity": 0.5}, receipt["score"], INTERNAL, b"")
    path = internal_report(measured, home, staged, found, ledger, PASSPORT["release"])
    assert path == home.vault / "reports" / "sample" / f"{PASSPORT['release']}.html"
    text = Words(path.read_text()).text
    assert "FAILED" in text and "validity" in text  # it is there to be looked at when a gate keeps the release back
    assert internal_report(measured, home, staged.with_name("gone"), found, ledger, "20261124T023000Z-0123abcd") is None
