"""Audits of a deployment, kept as JSON files, and what a release may say of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from noctule.audit.audit import ERROR, Finding
from noctule.code import code_digest
from noctule.durable import whole_file
from noctule.errors import GateError
from noctule.home import Home
from noctule.release.ids import published

FORMAT = 1
WEEK = timedelta(days=8)  # a weekly audit, and a day for its run


def keep(findings: Sequence[Finding], home: Home, at: datetime, code: str) -> dict[str, Any]:
    """Write an audit to audits/ of the home; returns what is written.

    `at`: now, when it has ended, for `told` takes what ended before a release to be known then. `code`: the digest from
    before it was run.
    """
    report: dict[str, Any] = {
        "format": FORMAT,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "code": code,
        "engines": sorted({finding.engine for finding in findings} - {""}),
        "passed": all(finding.passed for finding in findings),
        "error": ERROR,
        "findings": [asdict(finding) for finding in findings],
    }
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{report['code'][:12]}.json"
    with whole_file(_folder(home) / name) as partial:
        partial.write_text(json.dumps(report, indent=1) + "\n")
    return report


def history(home: Home) -> list[dict[str, Any]]:
    """Every audit kept, oldest first. Raises GateError for a file that is none: it may have been a failed one."""
    reports: list[dict[str, Any]] = []
    for path in sorted(_folder(home).glob("*.json")):
        try:
            report = json.loads(path.read_text())
            if report["format"] != FORMAT or not isinstance(report["passed"], bool):
                raise ValueError
            datetime.fromisoformat(report["at"])
        except (OSError, ValueError, KeyError, TypeError):
            report = None
        if report is None:
            fix = "restore the file from a backup; or remove it and audit again: noctule audit"
            raise GateError("the record of an audit cannot be read", where=path.name, fix=fix)
        reports.append(report)
    return reports


def newest(engine: str, home: Home, code: str | None = None, before: datetime | None = None) -> dict[str, Any] | None:
    """The last audit of this engine under `code` (None: today's) that had ended `before` (None: by now)."""
    code = code or code_digest()
    mine = [report for report in history(home) if engine in report["engines"] and report["code"] == code]
    return next((report for report in reversed(mine) if before is None or _ended(report) < before), None)


def due(engines: Iterable[str], home: Home, at: datetime) -> list[str]:
    """The engines that no audit of the last week covers under today's code."""
    last = {name: newest(name, home) for name in engines}
    return [name for name, report in last.items() if not report or at - _ended(report) > WEEK]


def standing(engine: str, home: Home) -> str:
    """What a release may say of its audit, in words. Raises GateError when the newest one of its engine failed."""
    report = newest(engine, home)
    if report is None:
        return "none for this code"
    _require_passed(report, engine)
    return f"passed {report['at'][:10]}"


def told(receipt: dict[str, Any], home: Home, release_id: str) -> dict[str, Any] | None:
    """What a certificate tells of the last audit of the engine and code that fitted the model; None before any.

    An audit counts if it had ended before the second that the release's id names. So a release that is published again
    after a crash says the same, whatever was audited meanwhile. All of it is public: an audit is of made rows alone.
    Raises GateError when that audit failed.
    """
    engine, code = receipt["engine"], receipt.get("code")
    report = code and newest(engine, home, code, published(release_id))
    if not report:
        return None
    _require_passed(report, engine)
    mine = _of(report, engine)
    return {
        "at": report["at"],
        "passed": True,
        "tests": len(mine),
        "error": report["error"],
        "bounds": [
            {
                **{key: one[key] for key in ("test", "bound", "claim", "words")},
                **{key: one["facts"][key] for key in ("delta", "canaries")},
            }
            for one in mine
            if one["bound"] is not None
        ],
    }


def passed(report: dict[str, Any], engine: str) -> bool:
    """Of one engine: its own tests, and those that are of all."""
    return all(found["passed"] for found in _of(report, engine))


def _of(report: dict[str, Any], engine: str) -> list[dict[str, Any]]:
    return [found for found in report["findings"] if found["engine"] in ("", engine)]


def _require_passed(report: dict[str, Any], engine: str) -> None:
    if not passed(report, engine):
        raise GateError(
            f"the release is kept back because the last audit of {engine} failed, of code {report['code'][:12]}",
            where="audits/",
            fix="`latest` stays as it was; read noctule audit --last, mend what it found, and audit again; where other "
            "code than today's fitted the model, refit, or audit under that code",
        )


def _ended(report: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(report["at"])


def _folder(home: Home) -> Path:
    return home.root / "audits"
