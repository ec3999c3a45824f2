"""Audits of a deployment, kept as JSON files, and the code that each was made of."""

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import noctule
from noctule.audit.audit import ERROR, Finding
from noctule.durable import whole_file
from noctule.errors import GateError
from noctule.home import Home

FORMAT = 1
WEEK = timedelta(days=8)  # a weekly audit, and a day for its run
# What a guarantee rests on beside our own code and the interpreter.
PACKAGES = ("numpy", "opendp", "pyarrow", "dp-accounting", "smartnoise-synth", "mbi", "torch")


@cache
def code_digest() -> str:
    """SHA-256 (hex) over noctule's source, the interpreter's version and those of PACKAGES."""
    root = Path(noctule.__file__).parent
    parts = [platform.python_version(), *(f"{name} {version(name)}" for name in PACKAGES)]
    for path in sorted(root.rglob("*.py")):
        parts.append(f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def keep(findings: Sequence[Finding], home: Home, at: datetime, code: str) -> dict[str, Any]:
    """Write an audit to audits/ of the home; returns what is written. `code`: the digest from before it was run."""
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


def newest(engine: str, home: Home) -> dict[str, Any] | None:
    """The last audit of this engine under today's code."""
    mine = [report for report in history(home) if engine in report["engines"] and report["code"] == code_digest()]
    return mine[-1] if mine else None


def due(engines: Iterable[str], home: Home, at: datetime) -> list[str]:
    """The engines that no audit of the last week covers under today's code."""
    last = {name: newest(name, home) for name in engines}
    return [name for name, report in last.items() if not report or _age(report, at) > WEEK]


def standing(engine: str, home: Home) -> str:
    """What a release may say of its audit, in words. Raises GateError when the newest one of its engine failed."""
    report = newest(engine, home)
    if report is None:
        return "none for this code"
    if not passed(report, engine):
        raise GateError(
            f"the release is kept back because the last audit of {engine} failed",
            where="audits/",
            fix="`latest` stays as it was; read noctule audit --last, mend what it found, and audit again",
        )
    return f"passed {report['at'][:10]}"


def passed(report: dict[str, Any], engine: str) -> bool:
    """Of one engine: its own tests, and those that are of all."""
    return all(found["passed"] for found in report["findings"] if found["engine"] in ("", engine))


def _age(report: dict[str, Any], at: datetime) -> timedelta:
    return at - datetime.fromisoformat(report["at"])


def _folder(home: Home) -> Path:
    return home.root / "audits"
