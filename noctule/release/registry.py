"""The release as an entry of the Differential Privacy Deployments Registry (NIST and OpenDP; arXiv 2509.13509).

Field by field in the form of `schemas/deployments-schema.yaml` of the registry's own data repository, as of 2026 (parts
basic, dp_variant, privacy_loss, deployment_model, implementation, administrative). Public facts only: the number of
people is left out, though the registry has a field for it.
"""

from typing import Any

from noctule.contract import Contract
from noctule.release.ids import published
from noctule.release.words import limits, purpose, uses

BASIC = (
    "name",
    "data_curators",
    "description",
    "intended_use",
    "data_product_type",
    "data_product_region",
    "publication_date",
)  # fmt: skip - what the schema requires


def registry(contract: Contract, facts: dict[str, Any]) -> dict[str, Any]:
    """`entry`: to be submitted as YAML once a person filled in what `to_fill` lists, which the contract did not say."""
    basic = _basic(contract, facts)
    entry = {
        "url_slug": f"{contract.name}-{facts['population']}".lower().replace("_", "-").replace(".", "-"),
        "deployment": {
            "basic": basic,
            "dp_variant": _variant(facts),
            "privacy_loss": _loss(facts),
            "deployment_model": _model(contract),
            "implementation": _implementation(contract, facts),
            "administrative": {
                "status": "Draft",
                "registry_authors": [contract.owner] if contract.owner else [],
                "tier": 3,
            },
        },
    }
    missing = [f"deployment.basic.{key}" for key in BASIC if key not in basic]
    missing += [] if contract.owner else ["deployment.administrative.registry_authors"]
    return {"entry": entry, "to_fill": missing}


def _basic(contract: Contract, facts: dict[str, Any]) -> dict[str, Any]:
    publisher, moment = contract.publisher, published(facts["release"])
    stated: dict[str, Any] = {}
    if publisher is not None:
        if publisher.type:
            stated["data_curators"] = [{"data_curator_name": publisher.name, "data_curator_type": publisher.type}]
        if publisher.region:
            stated["data_product_region"] = publisher.region
        if publisher.sector:
            stated["data_product_sector"] = publisher.sector
    return {
        "name": contract.title or contract.name,
        "description": purpose(contract),
        "intended_use": "; ".join(uses(contract)),
        "data_product_type": "Synthetic data",
        **({"publication_date": moment.date().isoformat()} if moment else {}),
        **stated,
    }


def _variant(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "variant_name": "Approximate DP",
        "data_domain": "Tables of any number of rows with the columns and domains of the contract "
        f"(sha256 {facts['contract_sha256']}).",
        "unprotected_quantities": "None in the data. Columns, types, categories, bounds and the schedule are public "
        "by the contract. That a night released nothing may tell that its checks failed.",
    }


def _loss(facts: dict[str, Any]) -> dict[str, Any]:
    unit, rows = facts["privacy_unit"], facts["max_rows"]
    person = unit != "row"
    details = [
        f"This release: epsilon {facts['epsilon']:g} at delta {facts['delta']:g}"
        + (f", by rho {facts['rho']:g} (zCDP)." if facts["rho"] else "."),
        f"All charges of population {facts['population']}: epsilon {facts['epsilon_total']:.4g} "
        f"{'in 365 days' if facts['epsilon_total_window'] == 'year' else 'ever'}.",
    ]
    if (together := facts.get("epsilon_with_remembered")) is not None:
        details.append(f"With the earlier refits that this one builds on: epsilon {together:.4g}.")
    return {
        "privacy_unit": f"Person (column {unit})" if person else "Row",
        "privacy_unit_details": "Two tables are adjacent when one is the other with one "
        + (f"value of {unit} added or removed, with at most {rows} row(s)." if person else "row added or removed."),
        "privacy_parameters": {
            "epsilon": facts["epsilon"],
            "delta": facts["delta"],
            **({"rho": facts["rho"]} if facts["rho"] else {}),
        },
        "privacy_parameters_details": " ".join(details),
    }


def _model(contract: Contract) -> dict[str, Any]:
    refit = contract.refresh.refit
    caps = "; ".join(cap.words() for cap in contract.privacy.caps)
    return {
        "model_name": "Central",
        "trust_assumptions": "The curator holds the source table and runs Noctule. No reader is trusted.",
        "release_type": "Many releases",
        "release_type_details": f"A new model, charged: {refit.replace('_', ' ')}. Other releases sample a model that "
        f"was paid for. Nothing is charged beyond the caps: {caps}.",
        "data_source_type": "Dynamic",
        "access_type": "Non-interactive",
    }


def _implementation(contract: Contract, facts: dict[str, Any]) -> dict[str, Any]:
    bought = [c.name for c in contract.modelled if c.domain_source == "dp_estimated"]
    return {
        "preprocessing_and_hyperparameter_tuning": "The domain of every column is public"
        + (f", but for {', '.join(bought)}: found by mechanisms that are charged" if bought else "")
        + ". Rows of a unit beyond the bound are dropped by a keyed hash, before anything else. Noctule tunes nothing "
        "on the rows.",
        "mechanisms": f"{', '.join(facts['mechanisms'])}; engine {facts['engine']}; Noctule {facts['noctule_version']}",
        "composition": "Adaptive composition in zCDP, over all datasets and nights of the population.",
        "post_processing": "A model is estimated from the noisy counts; rows are sampled from it.",
        "justification": "Epsilon and caps are the owner's choice, recorded in the ledger with a person's approval.",
        "utility": " ".join(limits()),
    }
