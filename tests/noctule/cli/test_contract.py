"""`noctule contract check` and `noctule init`, called as the command line calls them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from noctule.cli import cli
from noctule.errors import ContractError, UsageError

PATIENTS = (Path(__file__).resolve().parents[3] / "datasets" / "patients.yaml").read_text()


def check(text: str) -> str:
    with CliRunner().isolated_filesystem():
        Path("c.yaml").write_text(text)
        done = CliRunner().invoke(cli, ["contract", "check", "c.yaml"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_contract_that_a_night_accepts() -> None:
    assert "patients is valid" in check(PATIENTS) and "no night will run" not in check(PATIENTS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: adaptive", "name: patectgan"),
        ("sex, type: category,", "sex, type: category, domain_source: data_draft,"),
    ],
)
def test_a_valid_contract_that_no_night_accepts_is_told_so(old: str, new: str) -> None:
    assert "but no night will run" in check(PATIENTS.replace(old, new))


def test_a_contract_that_is_not_valid_names_the_place() -> None:
    with pytest.raises(ContractError, match=r"columns\[5\].bounds"):
        check(PATIENTS.replace("bounds: [0, 110]", "bounds: [110, 0]"))


def test_init_reads_the_header_and_writes_a_draft_once() -> None:
    runner = CliRunner()
    with runner.isolated_filesystem():
        Path("visits.csv").write_text("patient_id,age\nzqxcanary,41\n")
        words = ["init", "visits.csv", "--name", "visits", "--unit", "patient_id"]
        assert runner.invoke(cli, words, catch_exceptions=False).exit_code == 0
        draft = Path("datasets/drafts/visits.yaml").read_text()
        assert "patient_id" in draft and "zqxcanary" not in draft
        with pytest.raises(UsageError, match="exists"):
            runner.invoke(cli, words, catch_exceptions=False)
