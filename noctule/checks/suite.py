"""Contract checks by Great Expectations. Only check, column, passed and errored leave; no result, no text, no count."""

import logging
import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from noctule.checks.frame import frame
from noctule.checks.rules import Rule, rules
from noctule.codes import Codec
from noctule.codes.forbidden import forbidden
from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.errors import DataError
from noctule.ingest.reads import Rows
from noctule.sealed import sealed


@dataclass(frozen=True)
class Check:
    """One rule's outcome. A failed check that is not `blocking` warns: codes map such a cell by a fixed rule."""

    name: str
    column: str | None
    passed: bool
    errored: bool
    blocking: bool

    @property
    def blocks(self) -> bool:
        return self.errored or (self.blocking and not self.passed)


@sealed
def run_checks(contract: Contract, rows: Rows) -> list[Check]:
    """Check the whole snapshot against its contract: types first, then every rule in contract order.

    A check that could not be made has `errored`, counts as failed and blocks. Raises NoctuleError (without a
    library's message) when the snapshot cannot be read.
    """
    wanted = rules(contract)
    schema = next(rows.batches(rows=1)).schema
    named = {rule.column for rule in wanted if rule.column} or {schema.names[0]}  # a frame without columns has no rows
    table = rows.table([name for name in schema.names if name in named])
    outcomes = _outcomes(wanted, frame(contract, table))
    by_rule = [
        Check(rule.name, rule.column, *outcomes.get(place, (False, True)), rule.blocking)
        for place, rule in enumerate(wanted)
    ]
    return [*_type_checks(contract, schema), *by_rule, *_constraint_checks(contract, rows)]


def _type_checks(contract: Contract, schema: pa.Schema) -> list[Check]:
    declared = source_schema(contract)
    same_names = sorted(schema.names) == sorted(declared.names)
    held = {field.name: field.type for field in schema}
    return [
        Check("columns", None, same_names, False, True),
        *(Check("type", field.name, held.get(field.name) == field.type, False, True) for field in declared),
    ]


def _constraint_checks(contract: Contract, rows: Rows) -> list[Check]:
    """Whether the rows keep to each constraint of stated columns; those that do not are learned from like any other."""
    stated = contract.stated()
    names = {name.partition(".")[0] for one in stated.constraints for name in one.forbid}
    names |= {name for one in stated.constraints for name in one.forbid}  # a column may have a point in its name
    columns = tuple(column for column in stated.modelled if column.name in names)
    if not columns:
        return []
    codec = Codec(stated.model_copy(update={"columns": columns}))
    compiled, kept = forbidden(codec), [True] * len(stated.constraints)
    for batch in rows.batches(columns=[column.name for column in columns]):
        try:
            codes = codec.encode(pa.Table.from_batches([batch]))
        except DataError:  # a cell outside the domain, of which another check tells
            kept = [False] * len(kept)
            break
        kept = [whole and not one.violations(codes).any() for whole, one in zip(kept, compiled, strict=True)]
    return [Check(f"constraint {at}", None, passed, False, False) for at, passed in enumerate(kept, start=1)]


def _outcomes(wanted: list[Rule], data: Any) -> dict[int, tuple[bool, bool]]:
    """Place of a rule -> (passed, errored). A place is left out when Great Expectations gave it no result."""
    with _quiet():
        try:
            results = _validate(wanted, data)
        except Exception:  # its text may quote cells: the rules without an outcome count as errored
            return {}
    found: dict[int, tuple[bool, bool]] = {}
    for result in results:
        errored = _raised(result.exception_info)
        found[result.expectation_config.meta["rule"]] = (bool(result.success) and not errored, errored)
    return found


def _validate(wanted: list[Rule], data: Any) -> list[Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the context is made
    import great_expectations as gx
    import great_expectations.expectations as library

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # pyright: ignore[reportAttributeAccessIssue] -- as documented
    asset = context.data_sources.add_pandas("snapshot").add_dataframe_asset("snapshot")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": data})
    expectations: list[Any] = []
    for place, rule in enumerate(wanted):
        where = {} if rule.column is None else {"column": rule.frame_column}
        expectations.append(getattr(library, rule.expectation)(**where, **rule.arguments, meta={"rule": place}))
    suite = gx.ExpectationSuite(name="contract", expectations=expectations)
    return batch.validate(suite, result_format="BOOLEAN_ONLY").results


def _raised(exception_info: dict[str, Any]) -> bool:
    """GX gives one flag, or one entry for each metric that raised; the texts beside them quote cells."""
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(entry.get("raised_exception", True) for entry in exception_info.values())


@contextmanager
def _quiet() -> Generator[None]:
    """Keep the library's log records and warnings, which may quote cells, from every handler while it works."""
    logger = logging.getLogger("great_expectations")
    before = logger.propagate, logger.handlers[:]
    logger.propagate, logger.handlers[:] = False, [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate, logger.handlers[:] = before
