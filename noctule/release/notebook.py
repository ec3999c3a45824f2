"""starter.ipynb: first steps with a release, in pandas and beside the files of its folder alone (nbformat 4.5)."""

from typing import Any

from noctule.contract import Contract
from noctule.release.layout import DATA, QUALITY


def notebook(contract: Contract, facts: dict[str, Any], suitable: dict[str, Any] | None) -> dict[str, Any]:
    """The whole document, not yet run: it holds no output."""
    cells = [
        _text(f"# {contract.title or contract.name}: first steps\n\nSynthetic data, release `{facts['release']}`."),
        _code(f'import json\n\nimport pandas as pd\n\nrows = pd.read_parquet("{DATA}")\nrows.head()'),
        _text("## What it cost, and whose privacy it protects"),
        _code(
            "passport = rows.attrs\n"
            '{name: passport[name] for name in ("epsilon", "delta", "privacy_unit", "max_rows", "population")}'
        ),
        _text("## Columns"),
        _code("rows.describe(include='all').T"),
    ]
    if suitable is not None:
        cells += _trusting()
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [{"id": f"cell-{at}", **cell} for at, cell in enumerate(cells)],
    }


def _trusting() -> list[dict[str, Any]]:
    return [
        _text("## What to use it for\n\nWords and bounds follow from the noise; the card explains them."),
        _code(
            f'quality = json.load(open("{QUALITY}", encoding="utf-8"))\n'
            'pd.DataFrame(quality["suitability"]["columns"]).T'
        ),
        _code('pairs = pd.DataFrame(quality["suitability"]["pairs"])\npairs.sort_values("tvd95").head(20)'),
        _text(
            "## A count with its error bar\n\n`count` is the noisy count of the source's rows, right to `± error` for "
            "95 % of the cells. It was not computed from the rows above."
        ),
        _code(
            'bands = quality["bands"]\n'
            'single = [table for table in bands["tables"] if len(table["attributes"]) == 1]\n'
            "for table in single[:1]:\n"
            '    [name] = table["attributes"]\n'
            '    about = bands["attributes"][name]\n'
            '    cells = about["codes"] if table["cells"] == "codes" else range(len(table["counts"]))\n'
            '    shown = pd.DataFrame({"count": table["counts"], "error": table["error95"]}, index=list(cells))\n'
            "    print(name)\n"
            "    print(shown)"
        ),
    ]


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": None, "outputs": []}
