"""The two descriptors are valid to the reference implementations of their standards, which read the rows by them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PINS = Path(__file__).resolve().parents[2] / "requirements" / "standards.txt"
VALIDATE = Path(__file__).with_name("validate.py")


@pytest.fixture(scope="module")
def validators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds mlcroissant and frictionless, made for these tests."""
    folder = tmp_path_factory.mktemp("standards")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", PINS]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"the validators cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "bin" / "python"


def said(python: Path, folder: Path) -> dict[str, Any]:
    done = subprocess.run([python, VALIDATE, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_mlcroissant_and_frictionless_accept_a_release(validators: Path, published: Path) -> None:
    found = said(validators, published)
    assert found["croissant"]["errors"] == [] and found["croissant"]["rows"] == 500
    assert found["croissant"]["columns"] == sorted(
        ["row", "full_name", "age", "weight", "pressure", "drug", "drug_code", "day", "seen", "back"]
    )
    assert found["datapackage"]["valid"] and found["datapackage"]["rows"] == [500], found["datapackage"]["errors"]

    descriptor = json.loads((published / "datapackage.json").read_text())
    fields = {field["name"]: field for field in descriptor["resources"][0]["schema"]["fields"]}
    fields["age"]["constraints"]["maximum"] = 50
    rewrite(published / "datapackage.json", descriptor)
    assert {field for _, field, _ in said(validators, published)["datapackage"]["errors"]} == {"age"}


@pytest.mark.slow
def test_mlcroissant_refuses_a_broken_descriptor(validators: Path, published: Path) -> None:
    descriptor = json.loads((published / "croissant.json").read_text())
    descriptor["recordSet"][0]["field"][0]["source"]["extract"]["column"] = "absent"
    rewrite(published / "croissant.json", descriptor)
    assert subprocess.run([validators, VALIDATE, published], capture_output=True).returncode != 0


def rewrite(path: Path, content: dict[str, Any]) -> None:
    path.chmod(0o644)
    path.write_text(json.dumps(content))


def test_the_descriptors_name_the_data_and_say_what_it_is(published: Path) -> None:
    croissant = json.loads((published / "croissant.json").read_text())
    resource = json.loads((published / "datapackage.json").read_text())["resources"][0]
    line = next(line for line in (published / "MANIFEST.sha256").read_text().splitlines() if line.endswith(".parquet"))
    [file] = croissant["distribution"]
    assert line == f"{file['sha256']}  {file['contentUrl']}" == f"{resource['hash'][7:]}  {resource['path']}"
    assert file["contentSize"] == f"{(published / resource['path']).stat().st_size} B"
    assert croissant["rai:hasSyntheticData"] is True and croissant["datePublished"] == "2026-11-23"
    assert "full_name" in croissant["rai:personalSensitiveInformation"][0]


def test_the_fields_carry_the_contracts_domains(published: Path) -> None:
    fields = json.loads((published / "datapackage.json").read_text())["resources"][0]["schema"]["fields"]
    known = {field["name"]: (field["type"], field.get("constraints", {})) for field in fields}
    assert known == {
        "row": ("integer", {"required": True, "unique": True}),
        "full_name": ("string", {"required": True}),
        "age": ("integer", {"required": True, "minimum": 0, "maximum": 110}),
        "weight": ("number", {"minimum": 30, "maximum": 200}),
        "pressure": ("string", {"required": True, "pattern": "-?[0-9]+/-?[0-9]+"}),
        "drug": ("string", {"enum": ["Lisinopril", "Amlo, dipine", "none"]}),
        "drug_code": ("integer", {"enum": [1, 2, 0]}),
        "day": ("date", {"required": True, "minimum": "2020-01-01", "maximum": "2024-12-31"}),
        "seen": (
            "datetime",
            {"required": True, "minimum": "2020-01-01T00:00:00+00:00", "maximum": "2024-12-31T00:00:00+00:00"},
        ),
        "back": ("boolean", {"required": True}),
    }
