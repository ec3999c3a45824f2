"""The verdict on one snapshot: contract checks and PII findings, kept in the vault; training demands a passed one."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from noctule.checks.rules import rules
from noctule.checks.suite import Check, run_checks
from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.durable import whole_file
from noctule.errors import CheckError
from noctule.home import Home
from noctule.ingest.reads import Rows, opened
from noctule.ingest.snapshot import Snapshot
from noctule.pii.detect import Finding, detect, undeclared
from noctule.sealed import sealed

log = logging.getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True)
class Verdict:
    """What was found on one snapshot under one contract. Holds no cell and no count."""

    dataset: str
    snapshot_id: str
    fit_digest: str
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    passed: bool


@sealed
def inspect(contract: Contract, snapshot: Snapshot, home: Home) -> Verdict:
    """Run the contract checks and the PII detection on the snapshot, and store the verdict, passed or not."""
    log.info("checking the contract and looking for personal data")
    checks = tuple(run_checks(contract, opened(snapshot, home, "checks")))
    findings = tuple(_findings(opened(snapshot, home, "pii")))
    passed = not any(check.blocks for check in checks) and not undeclared(list(findings), contract)
    verdict = Verdict(contract.name, snapshot.id, contract.fit_digest(), checks, findings, passed)
    content = {"format": FORMAT, "rules": _rules_digest(contract), **asdict(verdict)}
    with whole_file(_path(contract, snapshot, home)) as partial:
        partial.write_text(json.dumps(content, indent=1))
    return verdict


def _findings(rows: Rows) -> Iterator[Finding]:
    """One column in memory at a time."""
    for name in next(rows.batches(rows=1)).schema.names:
        yield from detect(rows.table([name]))


def require(contract: Contract, snapshot: Snapshot, home: Home) -> Verdict:
    """The passed verdict on this snapshot under this contract.

    Fails closed: raises CheckError when there is none, when it is damaged, was made for another snapshot,
    contract or set of rules, or did not pass. What passed means is judged again from checks and findings.
    """
    verdict = _stored(contract, snapshot, home)
    if verdict is None:
        raise CheckError(
            "the snapshot has no verdict under this contract",
            where=contract.name,
            fix="run the checks on it first (the `pii` asset, or `noctule run`), then train",
        )
    failed = [check for check in verdict.checks if check.blocks]
    found = undeclared(list(verdict.findings), contract)
    if failed or found or not verdict.passed:
        raise CheckError(_what(failed, found), where=contract.name, fix=_fix(failed, found))
    return verdict


def _path(contract: Contract, snapshot: Snapshot, home: Home) -> Path:
    return home.vault / "verdicts" / contract.name / f"{snapshot.id}-{contract.fit_digest()[:16]}.json"


def _rules_digest(contract: Contract) -> str:
    """What was checked, as SHA-256 hex: covers `source.min_rows`, which the fit digest leaves out."""
    return hashlib.sha256(repr([source_schema(contract), *rules(contract)]).encode()).hexdigest()


def _stored(contract: Contract, snapshot: Snapshot, home: Home) -> Verdict | None:
    """The stored verdict when it is whole and was made for exactly this snapshot, contract and rules."""
    try:
        content = json.loads(_path(contract, snapshot, home).read_text())
        asked = (FORMAT, _rules_digest(contract), contract.name, snapshot.id, contract.fit_digest())
        keys = ("format", "rules", "dataset", "snapshot_id", "fit_digest")
        verdict = _parsed(content) if tuple(content[key] for key in keys) == asked else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    expected = [(rule.name, rule.column) for rule in rules(contract)]
    made = {(check.name, check.column) for check in verdict.checks} if verdict else set[Any]()
    return verdict if made.issuperset(expected) else None


def _parsed(content: dict[str, Any]) -> Verdict:
    """Raises KeyError or TypeError when a part is missing or is not what it should be."""
    checks = tuple(Check(**check) for check in content["checks"])
    findings = tuple(Finding(**finding) for finding in content["findings"])
    flags = [content["passed"], *(flag for check in checks for flag in (check.passed, check.errored, check.blocking))]
    if not all(isinstance(flag, bool) for flag in flags):
        raise TypeError("a flag is not true or false")
    return Verdict(
        content["dataset"], content["snapshot_id"], content["fit_digest"], checks, findings, content["passed"]
    )


def _what(failed: list[Check], found: list[Finding]) -> str:
    parts: list[str] = []
    if failed:
        parts.append("failed checks: " + "; ".join(_name(check) for check in failed))
    if found:
        parts.append("undeclared personal data: " + "; ".join(f"{f.column!r} ({f.reason})" for f in found))
    return ". ".join(parts) or "the snapshot's verdict is not passed"


def _name(check: Check) -> str:
    name = check.name if check.column is None else f"{check.name} of {check.column!r}"
    return f"{name} (could not be made)" if check.errored else name


FIXES = {
    "columns": "ingest the source again under this contract",
    "type": "ingest the source again under this contract",
    "min_rows": "look for missing data, or lower source.min_rows",
    "not_null": "declare nullable: true, or mend the source",
    "unique": "mend the source, set unit.max_rows, or declare role: pii when the column is not a key",
    "domain": "add the missing values from a public code book, or declare other: true or nullable: true",
    "bounds": "widen bounds, or declare outside: clip",
    "format": "correct format, or declare nullable: true",
}


def _fix(failed: list[Check], found: list[Finding]) -> str:
    fixes = [FIXES[check.name.split(" of ")[0]] for check in failed]
    if any(check.errored for check in failed):
        fixes.append("check that the columns have their declared types")
    if found:
        fixes.append(
            "declare role: pii, role: identifier or role: free_text for the columns found (dropped by default)"
        )
    return "; ".join(dict.fromkeys(fixes)) or "run the checks again"
