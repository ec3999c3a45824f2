"""What keeps a certificate back: each gap is planted, refused by name, and leaves the lake as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.errors import CertificateError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.ledger.entry import Reservation
from noctule.mechanisms.accounting import epsilon_of
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.select import noisy_max
from noctule.mechanisms.sparse_vector import AboveThreshold
from noctule.mechanisms.tap import NoiseTap
from noctule.mechanisms.threshold import thresholded
from noctule.release.covered import RHO, cost
from noctule.release.publish import publish
from tests.noctule.release.conftest import line

Terms = dict[str, Any]


def refused(contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms) -> str:
    """Why nothing is published; nothing was written."""
    with pytest.raises(CertificateError) as caught:
        publish(contract, home, staged, receipt, 1.0, **terms)
    assert caught.value.exit_code == 7 and "no certificate, no release" in caught.value.what
    assert "`latest` stands" in caught.value.fix
    assert not home.lake.exists()
    return caught.value.what


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (line("ingest") | {"step": "dump"}, "step 'dump' touched raw rows without cover"),
        (line("evaluation") | {"cover": "charged"}, "step 'evaluation' touched raw rows without cover"),
        (line("fit", "1:ab") | {"cover": "internal", "reservation": None}, "step 'fit' touched raw rows without cover"),
        (line("fit"), "step 'fit' read rows outside a reservation"),
        (line("drift test", "2:" + "ab" * 32), "step 'drift test' read rows outside a reservation"),
        ({"step": "evaluation", "cover": "internal"}, "step 'evaluation' touched raw rows without cover"),
        ({}, "step None touched raw rows without cover"),
    ],
)
@pytest.mark.parametrize("where", ["tonight", "fit"])
def test_a_read_without_cover(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, read: Terms, what: str, where: str
) -> None:
    (terms if where == "tonight" else receipt)["reads"].append(read)
    assert what in refused(contract, home, staged, receipt, terms)


def test_a_read_paid_by_another_dataset(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, ledger: Ledger
) -> None:
    other = contract.model_copy(update={"name": "other"})
    event = {"name": "ZCDpEvent", "rho": 0.01}
    paid = ledger.reserve(other, key="k", event=event, nano_rho=10_000_000)
    terms |= {"book": ledger.entries(), "reads": [line("fit", paid.anchor)]}
    assert "outside a reservation" in refused(contract, home, staged, receipt, terms)


@pytest.mark.parametrize("step", ["ingest", "fit"])
def test_a_missing_read(contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, step: str) -> None:
    receipt["reads"] = [read for read in receipt["reads"] if read["step"] != step]
    assert f"no {step} of this model's rows is recorded" in refused(contract, home, staged, receipt, terms)


def test_a_purchase_that_read_nothing(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms
) -> None:
    receipt["bought"] = [{"column": "age", "bought": "atoms", "rho": 0.001, "found": "0 atoms"}]
    assert "no purchase of this model's rows" in refused(contract, home, staged, receipt, terms)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"scale": 12.0}, "the draws come to 13888889 nano-rho, the reservation is of 15000000"),
        ({"sensitivity": 4.0}, "the draws come to 60000000 nano-rho"),
        ({"mechanism": "laplace"}, "mechanism 'laplace' is not known here"),
        ({"delta": 1e-7}, "the draws may fail more often than was reserved"),
    ],
)
def test_draws_that_are_not_the_charge(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, change: Terms, what: str
) -> None:
    """Their own word for rho is not taken: it stays as it was here."""
    receipt["draws"][0] |= change
    assert what in refused(contract, home, staged, receipt, terms)


def test_a_draw_more(contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms) -> None:
    receipt["draws"].append({"mechanism": "noisy_max", "sensitivity": 1.0, "scale": 1e4, "rho": 5e-9})
    assert "the draws come to 15000005 nano-rho" in refused(contract, home, staged, receipt, terms)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ledger_head": "2:" + "ab" * 32}, "does not stand in the ledger"),
        ({"ledger_head": "1:" + "ab" * 32}, "does not stand in the ledger"),
        ({"key": "another"}, "paid for something else than this model"),
        ({"nano_rho": 14_000_000}, "paid for something else than this model"),
        ({"dataset": "other"}, "paid for something else than this model"),
        ({"population": "others"}, "paid for something else than this model"),
        ({"unit": {"column": "person", "max_rows": 1}}, "fitted for another unit"),
        ({"epsilon": 0.5}, "worth more than the epsilon that would be stated"),
        ({"noise_source": {"library": "opendp", "version": "0.14.2", "probe": {}}}, "was not probed"),
        ({"remembered": {"nano_rho": 9, "approximate_delta": 0.0, "reservations": ["1:ab"]}}, "earlier refits"),
    ],
)
def test_a_receipt_that_the_ledger_does_not_bear_out(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, change: Terms, what: str
) -> None:
    assert what in refused(contract, home, staged, receipt | change, terms)


def test_a_model_that_was_never_committed(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms
) -> None:
    terms["book"] = [entry for entry in terms["book"] if entry.kind != "commit"]
    assert "never committed" in refused(contract, home, staged, receipt, terms)


@pytest.mark.parametrize("part", ["reads", "noise_source"])
def test_a_receipt_of_before_names_the_next_step(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, part: str
) -> None:
    del receipt[part]
    with pytest.raises(CertificateError, match="fitted before reads and noise were recorded") as caught:
        publish(contract, home, staged, receipt, 1.0, **terms)
    assert "next refit, or move models/sample/k away" in caught.value.fix


def test_what_other_refits_read_is_held_against_the_ledger_and_not_told(
    contract: Contract, home: Home, staged: Path, receipt: Terms, terms: Terms, ledger: Ledger, reservation: Reservation
) -> None:
    """A snapshot that did not change keeps its journal: days, repetitions and other reservations would tell that."""
    event = {"name": "ZCDpEvent", "rho": 0.01}
    before = ledger.reserve(contract, key="crashed", event=event, nano_rho=10_000_000)
    plain = publish(contract, home, staged, receipt, 1.0, **terms | {"book": ledger.entries()})
    told = (plain / "certificate.json").read_bytes()
    again = [*terms["reads"], line("fit", before.anchor), line("ingest") | {"day": "2026-11-19"}, line("evaluation")]
    assert publish(contract, home, staged, receipt, 1.0, **terms | {"book": ledger.entries(), "reads": again}) == plain
    assert (plain / "certificate.json").read_bytes() == told
    assert {step["reservation"] for step in json.loads(told)["steps"]} == {None, reservation.anchor}


def test_the_cost_of_each_draw_is_that_of_its_mechanism() -> None:
    """By the mechanisms themselves: what they wrote to the tap, from sensitivity and scale alone."""
    import numpy as np

    tap = NoiseTap()
    discrete_gaussian(np.zeros(3, np.int64), scale=7.0, sensitivity=2.0, tap=tap)
    noisy_max(np.zeros(3), epsilon=0.3, sensitivity=2.0, tap=tap)
    thresholded(np.array([900]), scale=7.0, delta=1e-9, max_rows=2, tap=tap)
    AboveThreshold.draw(sensitivity=12, rho=0.004, tap=tap)
    assert {draw.mechanism for draw in tap.draws} == RHO.keys()
    for draw in tap.draws:
        assert RHO[draw.mechanism](draw.sensitivity, draw.scale) == pytest.approx(draw.rho, rel=1e-12)
    assert cost(tap.events()) == (tap.nano_rho, tap.delta)


def test_the_stated_epsilon_follows_from_the_charge(receipt: Terms) -> None:
    assert epsilon_of(receipt["nano_rho"], receipt["delta"]) < receipt["epsilon"]
