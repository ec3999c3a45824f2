"""An entry has the registry's parts and words, and says nothing that is not public."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.release.registry import registry

FACTS: dict[str, Any] = {
    "dataset": "sample", "release": "20261123T023000Z-0123abcd", "epsilon": 1.0, "delta": 1e-6, "rho": 0.015,
    "population": "testers", "epsilon_total": 1.5, "epsilon_total_window": "year", "privacy_unit": "person",
    "max_rows": 2, "engine": "mst", "mechanisms": ["discrete_gaussian"], "contract_sha256": "ab" * 32,
    "noctule_version": "0.1.0",
}  # fmt: skip

# the properties of schemas/deployments-schema.yaml in opendp/deployments-registry-data; no others are allowed there
PARTS = {
    "basic": "name data_curators description intended_use data_product_type data_product_region data_product_sector "
    "publication_date",
    "dp_variant": "variant_name data_domain unprotected_quantities",
    "privacy_loss": "privacy_unit privacy_unit_details number_of_privacy_units privacy_parameters "
    "privacy_parameters_details",
    "deployment_model": "model_name model_name_details trust_assumptions actors release_type release_type_details "
    "data_source_type data_source_type_details access_type access_type_details",
    "implementation": "preprocessing_and_hyperparameter_tuning mechanisms composition post_processing justification "
    "utility additional_information",
    "administrative": "evidence_sources status registry_authors tier",
}


def full(contract: Contract, **publisher: Any) -> Contract:
    words = contract.model_dump(by_alias=True)
    stated = {"name": "Hospital A", "type": "Nonprofit", "region": "Germany", "sector": "Healthcare", **publisher}
    return Contract.model_validate({**words, "owner": "data@hospital-a.example", "publisher": stated})


def test_a_full_entry_needs_nobody(contract: Contract) -> None:
    found = registry(full(contract), FACTS)
    assert found["to_fill"] == [] and set(found["entry"]) == {"url_slug", "deployment"}
    deployment = found["entry"]["deployment"]
    assert deployment.keys() == PARTS.keys()
    for part, names in PARTS.items():
        assert deployment[part].keys() <= set(names.split()), part
    assert deployment["basic"]["data_curators"] == [
        {"data_curator_name": "Hospital A", "data_curator_type": "Nonprofit"}
    ]
    assert deployment["basic"]["publication_date"] == "2026-11-23"
    assert deployment["basic"]["data_product_type"] == "Synthetic data"
    assert deployment["privacy_loss"]["privacy_parameters"] == {"epsilon": 1.0, "delta": 1e-6, "rho": 0.015}
    assert "at most 2 row(s)" in deployment["privacy_loss"]["privacy_unit_details"]
    assert deployment["dp_variant"]["variant_name"] == "Approximate DP"
    model = deployment["deployment_model"]
    assert (model["model_name"], model["release_type"], model["access_type"], model["data_source_type"]) == (
        "Central", "Many releases", "Non-interactive", "Dynamic"
    )  # fmt: skip


def test_what_the_contract_does_not_say_is_left_to_a_person_and_not_invented(contract: Contract) -> None:
    assert registry(contract, FACTS)["to_fill"] == [
        "deployment.basic.data_curators",
        "deployment.basic.data_product_region",
        "deployment.administrative.registry_authors",
    ]
    assert registry(full(contract, type=None), FACTS)["to_fill"] == ["deployment.basic.data_curators"]


def test_a_charge_that_is_no_zcdp_states_no_rho(contract: Contract) -> None:
    loss = registry(contract, {**FACTS, "rho": 0.0, "epsilon_with_remembered": 2.5})["entry"]["deployment"]
    assert loss["privacy_loss"]["privacy_parameters"] == {"epsilon": 1.0, "delta": 1e-6}
    assert "epsilon 2.5" in loss["privacy_loss"]["privacy_parameters_details"]


@pytest.mark.parametrize("word", ["snapshot", "number_of_privacy_units", "path"])
def test_nothing_internal_stands_in_it(published: Path, make_contract: Callable[..., Contract], word: str) -> None:
    assert word not in json.dumps(json.loads((published / "privacy.json").read_text())["registry"])
