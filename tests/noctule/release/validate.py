"""Run by test_standards.py in an environment of its own: two reference validators on one release folder.

Prints JSON: what mlcroissant says of croissant.json and the rows it reads by it, and what frictionless says of
datapackage.json and of the rows against its schema.
"""

import json
import os
import sys
import warnings
from typing import Any

import frictionless
import mlcroissant


def croissant() -> dict[str, Any]:
    dataset = mlcroissant.Dataset(jsonld="croissant.json")
    issues = dataset.metadata.ctx.issues
    rows = [{key.split("/")[-1]: value for key, value in row.items()} for row in dataset.records("rows")]
    return {
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "rows": len(rows),
        "columns": sorted(rows[0]),
        "use_cases": dataset.metadata.data_use_cases,
    }


def datapackage() -> dict[str, Any]:
    report = frictionless.validate("datapackage.json")
    return {
        "valid": report.valid,
        "errors": report.flatten(["type", "fieldName", "note"])[:10],
        "rows": [task.stats.get("rows") for task in report.tasks],
        "profile": frictionless.Package("datapackage.json").to_descriptor().get("$schema"),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    os.chdir(sys.argv[1])
    print(json.dumps({"croissant": croissant(), "datapackage": datapackage()}))
