"""A certificate says what ran, in full, to machines and to people; and nothing of the rows."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from noctule.audit.audit import Finding
from noctule.audit.store import keep, told
from noctule.contract import Contract
from noctule.errors import GateError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import epsilon_of
from noctule.release.page import page
from noctule.release.publish import publish
from noctule.release.verify import verify
from tests.noctule.pages import Words
from tests.noctule.release.conftest import COLUMNS, line

Terms = dict[str, Any]

BEFORE = datetime(2026, 11, 22, 8, tzinfo=UTC)  # the release is of the night after
FOUND = [
    Finding("mst", "cells", True, "canaries alone: epsilon is at least 5", 8.0, 5.0, {"delta": 1e-6, "canaries": 4096}),
    Finding("mst", "tap", True, "words"),
    Finding("", "seed", True, "words"),
]


@pytest.fixture
def release(contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms) -> Path:
    return publish(contract, home, staged, receipt, 1.0, **terms)


@pytest.fixture
def certified(release: Path) -> Terms:
    return json.loads((release / "certificate.json").read_text())


def test_it_states_the_guarantee_in_full(certified: Terms) -> None:
    given = certified["guarantee"]
    assert given["adjacency"] == "add or remove one unit" and (given["unit"], given["max_rows"]) == ("person", 2)
    assert (given["epsilon"], given["delta"], given["rho"], given["population"]) == (1.0, 1e-6, 0.015, "testers")
    (cap,) = given["caps"]
    assert (cap["epsilon"], cap["window"], cap["of"]) == (3.0, "year", "population")
    assert cap["spent"] == cap["spent_lifetime"] == epsilon_of(15_000_000, 1e-6)
    said = " ".join(certified["statement"])
    assert "one person added or removed, with at most 2 rows" in said
    assert "(1, 1e-06)-differentially private for one person" in said
    assert "epsilon 3 per year of the population, at delta 1e-06" in said


def test_it_lists_each_step_once_with_its_cover(certified: Terms, receipt: Terms) -> None:
    steps = {step["step"]: (step["cover"], step["reservation"]) for step in certified["steps"]}
    assert steps == {
        "ingest": ("public contract", None),
        "checks": ("internal", None),
        "pii": ("internal", None),
        "fit": ("charged", receipt["ledger_head"]),
        "evaluation": ("internal", None),
    }
    assert all("day" not in step and step["did"] for step in certified["steps"])


def test_charge_noise_and_approval_are_those_of_the_ledger(certified: Terms, receipt: Terms, ledger: Ledger) -> None:
    charge, noise = certified["charge"], certified["noise"]
    assert charge == {
        "reservation": receipt["ledger_head"], "day": "2026-11-20", "nano_rho": 15_000_000, "approximate_delta": 0.0,
    }  # fmt: skip
    assert noise["nano_rho"] == 15_000_000 and noise["library"] == "opendp 0.14.2" and "no seed" in noise["source"]
    assert noise["mechanisms"] == [{"mechanism": "discrete_gaussian", "draws": 1, "rho": 0.015}]
    assert "ab" * 32 not in json.dumps(noise)  # the probe's digests
    (approval,) = certified["approvals"]
    approve = ledger.entries()[0]
    assert (approval["who"], approval["terms_sha256"]) == (approve.detail["who"], approve.key)
    assert (approval["how"], approval["covers"]) == ("recorded at its first run", "the charge")


def test_it_says_where_the_values_of_each_column_come_from(certified: Terms) -> None:
    words = {one["column"]: one["words"] for one in certified["domains"]}
    assert words.keys() == {column["name"] for column in COLUMNS}
    assert words["row"] == "never learned; numbered anew" and words["phone"] == "never learned; left out"
    assert words["full_name"] == "never learned; stand-ins from public word lists"
    assert words["drug_code"] == "computed after sampling from drug, by a map that the contract declares"
    assert words["age"] == "declared in the contract as public knowledge"


def test_bought_domains_codebooks_and_promoted_drafts_are_told(
    make_contract: Callable[..., Contract], tmp_path: Path, home: Home, receipt: Terms
) -> None:
    """Approved as a draft, refused by every night until a person said that it is public; then charged."""
    import pyarrow.parquet as pq

    from noctule.contract.arrow import release_schema

    def stated(source: str) -> Contract:
        columns = [
            {"name": "a", "type": "category", "categories": ["x"], "domain_source": source},
            {"name": "b", "type": "category", "categories": ["y"], "domain_source": "codebook"},
            {"name": "c", "type": "category", "categories": ["z"], "domain_source": "dp_estimated"},
        ]
        return make_contract(columns, name="drafted")

    ledger = Ledger(tmp_path / "drafted.db", now=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    contract = stated("public")
    ledger.approve(stated("data_draft"), who="the drafter", why="to look at")
    ledger.approve(contract, who="the officer", why="these are the codes of the form")
    event = {"name": "ZCDpEvent", "rho": 0.015}
    paid = ledger.reserve(contract, key="k", event=event, nano_rho=15_000_000)
    ledger.commit(paid, {"bundle": "k"})
    pq.write_table(release_schema(contract).empty_table(), tmp_path / "empty.parquet")
    receipt |= {"dataset": "drafted", "unit": {"column": None, "max_rows": 1}, "ledger_head": paid.anchor}
    receipt["reads"] = [line("ingest"), line("purchase", paid.anchor), line("fit", paid.anchor)]
    receipt["bought"] = [{"column": "c", "bought": "domain", "found": "category", "rho": 0.001}]
    terms = {"release_id": "20261123T023000Z-0123abcd", "reads": [], "book": ledger.entries(), "audit": None}
    release = publish(contract, home, tmp_path / "empty.parquet", receipt, 1.0, **terms)
    certified = json.loads((release / "certificate.json").read_text())
    assert [(one["by"], one["words"]) for one in certified["domains"]] == [
        ("data_draft", "drafted from data; made public by the word of the officer on 2026-11-21"),
        ("codebook", "declared in the contract, from a code book"),
        ("dp_estimated", "bought with noise for rho 0.001: category"),
    ]
    assert [one["how"] for one in certified["approvals"]] == ["approved"]


def test_what_a_refit_remembers_is_told_with_its_reservations(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, ledger: Ledger
) -> None:
    event = {"name": "ZCDpEvent", "rho": 0.01}
    earlier = ledger.reserve(contract, key="before", event=event, nano_rho=10_000_000)
    remembered = {"nano_rho": 10_000_000, "approximate_delta": 0.0, "reservations": [earlier.anchor]}
    terms["book"] = ledger.entries()
    release = publish(contract, home, staged, receipt | {"remembered": remembered}, 1.0, **terms)
    certified = json.loads((release / "certificate.json").read_text())
    rests = epsilon_of(25_000_000, 1e-6)
    assert certified["guarantee"]["epsilon_with_remembered"] == rests
    assert certified["guarantee"]["remembered_reservations"] == [earlier.anchor]
    assert f"({rests:.4g}, 1e-06)-differentially private" in " ".join(certified["statement"])
    assert f"{rests:.4g}" in (release / "certificate.html").read_text()


def test_an_audit_that_nobody_made_is_told_as_such(certified: Terms, receipt: Terms, release: Path) -> None:
    told = certified["audit"]
    assert (told["engine"], told["code_sha256"], told["at"], told["bounds"]) == ("mst", receipt["code"], None, [])
    (sentence,) = told["statement"]
    assert sentence.startswith("No audit of the engine mst and the code that fitted this model had been made")
    assert sentence in (release / "certificate.html").read_text() and verify(release) == []


def test_a_model_of_before_codes_were_recorded_says_so(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms
) -> None:
    del receipt["code"]
    release = publish(contract, home, staged, receipt, 1.0, **terms)
    told = json.loads((release / "certificate.json").read_text())["audit"]
    assert told["code_sha256"] is None and "was not recorded" in told["statement"][0]
    assert verify(release) == []


def test_the_audit_that_stands_is_named_with_its_bounds(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms
) -> None:
    keep(FOUND, home, BEFORE, receipt["code"])
    terms["audit"] = told(receipt, home, terms["release_id"])
    release = publish(contract, home, staged, receipt, 1.0, **terms)
    named = json.loads((release / "certificate.json").read_text())["audit"]
    assert (named["at"], named["passed"], named["tests"]) == ("2026-11-22T08:00:00+00:00", True, 3)
    (bound,) = named["bounds"]
    assert (bound["test"], bound["bound"], bound["claim"], bound["canaries"]) == ("cells", 5.0, 8.0, 4096)
    said = Words((release / "certificate.html").read_text()).text
    assert all(sentence in said for sentence in named["statement"]) and "passed all 3 tests" in said
    assert receipt["code"] in said and "canaries alone" in said
    assert verify(release) == []


def test_an_audit_after_the_release_began_does_not_change_its_certificate(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms
) -> None:
    """As after a crash before the release stood: it is made once more, and other audits have ended meanwhile."""

    def publication(release_id: str) -> Path:
        stands = told(receipt, home, release_id)
        return publish(contract, home, staged, receipt, 1.0, **terms | {"audit": stands, "release_id": release_id})

    keep(FOUND, home, BEFORE, receipt["code"])
    first = publication(terms["release_id"])
    content = (first / "certificate.json").read_bytes()
    keep(FOUND, home, datetime(2026, 11, 23, 2, 30, tzinfo=UTC), receipt["code"])
    keep([replace(FOUND[0], passed=False)], home, datetime(2026, 11, 23, 2, 31, tzinfo=UTC), receipt["code"])
    shutil.rmtree(home.lake)
    assert publication(terms["release_id"]) == first and (first / "certificate.json").read_bytes() == content
    with pytest.raises(GateError, match="the last audit of mst failed"):
        publication("20261124T023000Z-0123abcd")


def test_the_page_says_the_same_and_loads_nothing(release: Path, certified: Terms) -> None:
    text = (release / "certificate.html").read_text()
    words = Words(text)
    said = words.text
    assert words.open == [] and words.loads == [] and "script" not in words.tags
    assert not re.search(r"url\(|@import|https?://", text)
    for sentence in (*certified["statement"], *certified["outside"], *certified["not_promised"]):
        assert sentence in said
    for step in certified["steps"]:
        assert step["cover"] in said and step["did"] in said
    assert all(one["column"] in said and one["words"] in said for one in certified["domains"])
    assert "prefers-color-scheme: dark" in text and "@media print" in text and "max-width: 40rem" in text
    assert page(certified) == text


def test_what_a_person_wrote_is_escaped(certified: Terms) -> None:
    planted = "<script>alert(1)</script>"
    certified |= {"title": planted, "approvals": [{**certified["approvals"][0], "who": planted}]}
    certified["guarantee"] |= {"unit": planted, "population": planted}
    certified["steps"][0] |= {"columns": [planted]}
    certified["domains"][0] |= {"column": planted}
    bound = {"words": planted, "bound": 1.0, "claim": 1.0, "delta": 1e-6, "canaries": 1}
    certified["audit"] |= {"at": planted, "statement": [planted], "bounds": [bound]}
    assert "<script>" not in page(certified)


def test_the_card_links_it(release: Path) -> None:
    assert "[certificate.html](certificate.html)" in (release / "README.md").read_text()
