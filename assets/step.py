"""What every asset of a dataset has in common."""

from typing import Any

import dagster as dg

from noctule.contract import Contract

HANDLE = dg.PythonObjectDagsterType(dict, name="Handle")


def step(contract: Contract, name: str, *, kinds: set[str], description: str) -> dict[str, Any]:
    """Keyword arguments of `@dg.asset`: key, group, owner, kinds, tags, and a pool that makes runs take turns."""
    return {
        "key": [contract.name, name],
        "group_name": contract.name,
        "kinds": kinds,
        "owners": [contract.owner] if contract.owner else None,
        "tags": {"population": contract.population},
        "description": description,
        "pool": contract.name,
        "dagster_type": HANDLE,  # what goes to the next step
    }
