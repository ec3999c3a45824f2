"""`noctule train` and `noctule generate`: one file, without a deployment."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from noctule.checks.verdict import inspect
from noctule.cli.condition import rebalance, where
from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.contract.columns import BooleanColumn, CategoryColumn, OpenColumn
from noctule.contract.explain import explain
from noctule.contract.load import load
from noctule.contract.unstated import unstated
from noctule.engines import bundle as bundles
from noctule.engines.bundle import Bundle
from noctule.engines.registry import engine
from noctule.errors import UsageError
from noctule.home import Home
from noctule.ingest.source import SUFFIXES
from noctule.ledger.book import Ledger
from noctule.ledger.person import user
from noctule.night import Night
from noctule.parallel import cores
from noctule.progress import progress
from noctule.refresh import balance, require_ready, synthesize, take_snapshot
from noctule.release.passport import passport
from noctule.release.stage import tables
from noctule.release.write import write_csv, write_parquet

DELTA = 1e-6  # without a contract


@click.command()
@click.option("--input", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--contract",
    "contract_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Without one, what the header does not tell of the columns is bought out of epsilon.",
)
@click.option("--model", help="Engine: adaptive, aim, mst or dp-ctgan. Default: the contract's.")
@click.option("--epsilon", type=float, help="Default: the contract's.")
@click.option("--delta", type=float, help="Default: the contract's, else 1e-6.")
@click.option("--unit", help="Column that names the person. Default: the contract's.")
@click.option("--population", help="Whose budget is charged. Default: the contract's, else the file's name.")
@click.option("--max-rows", type=int, help="Rows kept of each unit. Default: the contract's.")
@click.option("--categorical", default="", help="Columns that are categories, comma separated.")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder of the model bundle.")
def train(source: Path, contract_file: Path | None, output: Path, categorical: str, **given: Any) -> None:
    """Fit a differentially private model of one file and charge it to the ledger.

    The same file under the same contract and engine again is the stored model, for nothing: the key is the content,
    and not a period as in a deployment, since whoever types the command holds the file and decides.
    """
    if given["model"]:
        engine(given["model"])
    if output.exists():
        raise UsageError(f"{output} exists", fix="remove it, or choose another --output")
    names = [name for name in categorical.split(",") if name]
    if contract_file is None:
        contract = _unstated(source, names, given)
    else:
        contract = _overridden(load(contract_file), source, given)
        _require_categories(contract, names)
    home = Home.from_environment()
    ledger = Ledger(home.ledger)
    require_ready(contract)
    ledger.approve(contract, who=user(), why="noctule train", standing=False)  # the command line is a person's word
    with progress(contract.name):
        snapshot = take_snapshot(contract, home, ledger, source.resolve().parent)
        inspect(contract, snapshot, home)
        by_hand = Night(f"{datetime.now(UTC):%Y-%m-%d}", f"content {snapshot.id}", "refit", "asked for by hand")
        done = synthesize(contract, by_hand, snapshot, home, ledger)
    bundles.write(done.bundle, output)
    charged = contract.privacy.epsilon if done.night.action == "refit" else 0.0
    money = balance(contract, ledger)
    click.echo(
        f"{output}: epsilon charged: {charged:g} (total {money['epsilon_total']:.3g}, "
        f"left {money['epsilon_left']:.3g}, delta {contract.privacy.delta:g})"
    )
    click.echo(f"  {_protected(contract)}")
    for bought in done.bundle.receipt.get("bought", []):
        click.echo(
            f"  {bought['column']}: {bought['found']}, for rho {bought['rho']:.3g} of {done.bundle.receipt['rho']:.3g}"
        )


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--samples", required=True, type=click.IntRange(min=1))
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=".csv or .parquet")
@click.option("--seed", type=click.IntRange(min=0), help="To draw the same sample again.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    help="Only rows with COLUMN=VALUE or COLUMN=LOW..HIGH, drawn as such. Columns must all fit; values of one, any.",
)
@click.option("--rebalance", "balance_of", help="Set a column's shares: COLUMN=VALUE:SHARE,VALUE:SHARE.")
def generate(
    model: Path, samples: int, output: Path, seed: int | None, conditions: tuple[str, ...], balance_of: str | None
) -> None:
    """Sample a model bundle into a file. Costs no epsilon."""
    if output.suffix not in (".csv", ".parquet"):
        raise UsageError(f"cannot tell the format of {output.name}", fix="end --output in .csv or .parquet")
    bundle = bundles.read(model)
    if conditions or balance_of:
        bundle = _conditioned(bundle, conditions, balance_of)
    drawn = tables(bundle, samples, secrets.randbits(63) if seed is None else seed, workers=cores())
    schema = release_schema(bundle.contract)
    with progress(output.name):
        if output.suffix == ".csv":
            write_csv(drawn, schema, output, null=next(iter(bundle.contract.source.nulls), ""))
        else:
            write_parquet(drawn, schema, output, _passport(bundle, output))
    click.echo(f"{output}: {samples:,} rows, epsilon charged: 0")


def _conditioned(bundle: Bundle, conditions: tuple[str, ...], balance_of: str | None) -> Bundle:
    codec = Codec(bundle.contract)
    model = where(bundle.model, codec, conditions)
    return replace(bundle, model=rebalance(model, codec, balance_of) if balance_of else model)


def _overridden(contract: Contract, source: Path, given: dict[str, Any]) -> Contract:
    """The contract with this file as its source, and with what the command line says instead. Validated again."""
    words = contract.model_dump(by_alias=True)
    said = {name: value for name, value in given.items() if value is not None}
    words["source"] |= {"path": source.name, "kind": _kind(source) or contract.source.kind}
    words["refresh"] = {}  # one fit, by hand: neither a calendar nor a watch
    words["population"] = said.get("population", contract.population)
    words["engine"] |= {"name": said["model"]} if "model" in said else {}
    words["privacy"] |= {key: said[key] for key in ("epsilon", "delta") if key in said}
    words["unit"] |= {key: said[name] for key, name in (("column", "unit"), ("max_rows", "max_rows")) if name in said}
    try:
        return Contract.model_validate(words)
    except ValidationError as error:
        problems = "; ".join(f"{problem.path}: {problem.text}" for problem in explain(error, words))
    raise UsageError(f"the options do not fit the contract: {problems}", fix="correct the option, or leave it out")


def _unstated(source: Path, categorical: list[str], given: dict[str, Any]) -> Contract:
    """Nobody described the file: what its header does not tell is bought, out of the same epsilon."""
    if given["epsilon"] is None:
        raise UsageError(
            "without a contract, say what may be spent",
            fix="add --epsilon 1.0; or draft a contract, which leaves more of it for the rows, with: noctule init "
            f"{source} --name {_dataset_name(source)}{' --unit ' + given['unit'] if given['unit'] else ''}",
        )
    said = {"max_rows": 1, "delta": DELTA} | {key: value for key, value in given.items() if value is not None}
    try:
        return unstated(
            source,
            _dataset_name(source),
            population=given["population"] or _dataset_name(source),
            unit={"column": given["unit"], "max_rows": said["max_rows"]},
            categorical=categorical,
            epsilon=said["epsilon"],
            delta=said["delta"],
            engine=given["model"],
        )
    except ValidationError as error:
        problems = "; ".join(f"{problem.path}: {problem.text}" for problem in explain(error, {"columns": []}))
    raise UsageError(f"the options do not fit the file: {problems}", fix="correct the option, or leave it out")


def _kind(source: Path) -> str | None:
    return next((kind for kind, suffixes in SUFFIXES.items() if source.suffix.lower() in suffixes[1:]), None)


def _require_categories(contract: Contract, names: list[str]) -> None:
    declared = {
        c.name
        for c in contract.columns
        if isinstance(c, CategoryColumn | BooleanColumn) or (isinstance(c, OpenColumn) and c.type == "category")
    }
    if strangers := [name for name in names if name not in declared]:
        raise UsageError(
            f"--categorical names {strangers[0]!r}, which the contract declares neither as a category nor as a boolean",
            fix="declare it with its public list of categories, or leave it out of --categorical",
        )


def _protected(contract: Contract) -> str:
    """Who was charged for, and what one of them is: without a contract or --unit, the command line's guess."""
    rows = f"at most {contract.unit.max_rows} row{'s' if contract.unit.max_rows > 1 else ''} of it"
    what = f"one {contract.unit.column}, {rows}" if contract.unit.column else "one row; of people with several, --unit"
    return f"charged to population {contract.population}, whose other datasets add to it; protects {what}"


def _passport(bundle: Bundle, output: Path) -> dict[str, Any]:
    """Of a sample that passed no gate: the facts of the fit, as they stood when it was paid for."""
    known = bundle.receipt
    return passport(
        bundle.contract,
        known,
        release=f"ungated sample {output.name}",
        epsilon_total=known["epsilon_total"],
        ledger_head=known["ledger_head"],
    )


def _dataset_name(source: Path) -> str:
    plain = "".join(letter if letter.isalnum() else "_" for letter in source.name.split(".")[0].lower()).strip("_")
    return plain if plain[:1].isalpha() else f"table_{plain}"
