"""Sentences that several documents of a release share."""

from noctule.contract import Contract


def purpose(contract: Contract) -> str:
    """What the table is, in a sentence or two."""
    about = contract.description.strip() or f"The table {contract.title or contract.name}."
    return f"{about} Synthetic data: drawn from a differentially private model, with the source's columns and types."


def uses(contract: Contract) -> list[str]:
    stated = [contract.publisher.use] if contract.publisher and contract.publisher.use else []
    return [
        *stated,
        "Building and testing pipelines",
        "Exploring a table before asking for access",
        "Prototypes of models",
    ]


def limits() -> list[str]:
    return [
        "Not for rare groups: below the smallest safe group in quality.json, noise outweighs the count.",
        "Not for causal claims, for the hunt for anomalies, or for linkage: no row stands for a person.",
        "Intervals computed as if the rows were observed are too narrow: they leave out the noise of the fit.",
        "Dependence between columns that no measured table holds together is the model's guess.",
    ]
