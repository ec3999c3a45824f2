"""The words of a release: README.md in the form of a Hugging Face dataset card, and the content of quality.json."""

from typing import Any

import pyarrow as pa
import yaml

from noctule.arrow import plain_type
from noctule.contract import Contract
from noctule.contract.columns import Column
from noctule.release.gates import Gate
from noctule.release.layout import CERTIFICATE, DATA, NOTEBOOK, PAGE, REPORT
from noctule.release.suitability import suitability_section
from noctule.release.trust import trust_section

HUB_NAMES = {"double": "float64", "float": "float32", "halffloat": "float16", "date32[day]": "date32"}


def quality(
    facts: dict[str, Any],
    receipt: dict[str, Any],
    gates: list[Gate],
    trusted: dict[str, Any] | None,
    suitable: dict[str, Any] | None,
) -> dict[str, Any]:
    """Charged and released figures, by tier; nothing computed on raw rows stands here unpaid.

    `trusted`, `suitable`: of `trust` and `suitability`.
    """
    return {
        "dataset": facts["dataset"],
        "release": facts["release"],
        "charged": receipt.get("score") or {},
        "gates": [gate.as_dict() for gate in gates],
        "bands": trusted,
        "suitability": suitable,
    }


def card(
    contract: Contract,
    facts: dict[str, Any],
    gates: list[Gate],
    schema: pa.Schema,
    rows: int,
    trusted: dict[str, Any] | None,
    suitable: dict[str, Any] | None,
) -> str:
    head = yaml.safe_dump(_front_matter(contract, schema, rows), sort_keys=False, allow_unicode=True)
    title = contract.title or contract.name
    parts = [
        f"---\n{head}---\n# {title}",
        contract.description.strip(),
        f"**Synthetic data.** {rows:,} rows drawn from a differentially private model of the source table, "
        f"not rows of it. Release `{facts['release']}`.",
        _opening(contract.name),
        _guarantee(facts),
        _quality(gates),
        suitability_section(suitable) if suitable else "",
        trust_section(trusted) if trusted else "",
        _columns(contract, schema),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _front_matter(contract: Contract, schema: pa.Schema, rows: int) -> dict[str, Any]:
    publisher = contract.publisher
    features = [{"name": field.name, "dtype": _hub_name(field.type)} for field in schema]
    return {
        "pretty_name": contract.title or contract.name,
        **({"license": publisher.license.lower()} if publisher and publisher.license else {}),
        "tags": ["synthetic", "differential-privacy", "tabular"],
        "configs": [{"config_name": "default", "data_files": "data/*.parquet"}],
        "dataset_info": {"features": features, "splits": [{"name": "train", "num_examples": rows}]},
    }


def _hub_name(kind: pa.DataType) -> str:
    plain = plain_type(kind)
    return HUB_NAMES.get(str(plain), str(plain))


def _opening(name: str) -> str:
    return f"""## Open it

```python
pd.read_parquet("{DATA}")              # .attrs holds the privacy passport
pl.read_parquet("{DATA}")
duckdb.sql("from '{DATA}'")
noctule.load("{name}", as_of="latest", to="pandas")   # or a date; where the lake is at hand
```

[{NOTEBOOK}]({NOTEBOOK}) starts from there with pandas. `noctule verify .` checks this folder."""


def _guarantee(facts: dict[str, Any]) -> str:
    unit = "one row" if facts["privacy_unit"] == "row" else f"one `{facts['privacy_unit']}`"
    return f"""## Guarantee

| | |
|---|---|
| epsilon, delta (this release) | {facts["epsilon"]:g}, {facts["delta"]:g} |
| rho (zCDP) | {facts["rho"]:g} |{_remembered(facts)}
| epsilon, all runs | {facts["epsilon_total"]:.4g} a {facts["epsilon_total_window"]}, for `{facts["population"]}` |
| privacy unit | {unit}, at most {facts["max_rows"]} row(s) kept |
| neighbouring relation | {facts["neighbouring_relation"]} |
| engine, mechanisms | {facts["engine"]}; {", ".join(facts["mechanisms"])} |
| ledger head | `{facts["ledger_head"]}` |

Error bars, pairs, drift and budget, drawn: [{REPORT}]({REPORT}).
Every step that touched raw rows, and what covers it: [{PAGE}]({PAGE}), for machines [{CERTIFICATE}]({CERTIFICATE}).

Whatever is computed from this table, by anyone, keeps this guarantee. It bounds what the release tells about any one
unit; it does not promise that an analysis of few rows is accurate. Do not use it for rare groups, causal claims or
linkage."""


def _remembered(facts: dict[str, Any]) -> str:
    """One more line of the table, for a release that rests on more than its own refit."""
    if (epsilon := facts.get("epsilon_with_remembered")) is None:
        return ""
    return f"\n| epsilon, with the earlier refits that this one builds on | {epsilon:.4g} |"


def _quality(gates: list[Gate]) -> str:
    lines = "\n".join(f"- {gate}" for gate in gates)
    return f"## Gates passed\n\n{lines}"


def _columns(contract: Contract, schema: pa.Schema) -> str:
    rows = [f"| {_cell(f.name)} | {f.type} | {_cell(_said(contract.column(f.name)))} |" for f in schema]
    return "\n".join(["## Columns", "", "| column | type | description |", "|---|---|---|", *rows])


def _said(column: Column) -> str:
    """The description, and whose it is where the contract does not give it."""
    return f"{column.description} *({column.told.source}, {column.told.status})*" if column.told else column.description


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
