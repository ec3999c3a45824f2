"""A failed audit of the code that runs keeps releases back, through the command."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noctule.audit.audit import Finding
from noctule.audit.store import keep
from noctule.code import code_digest
from noctule.release.latest import latest
from tests.pipelines.conftest import Deployment


def audited(outcome: dict[str, Any]) -> str | None:
    """When the audit ended that the release's certificate names."""
    return json.loads((Path(outcome["release"]) / "certificate.json").read_text())["audit"]["at"]


def test_a_failed_audit_keeps_the_release_back(deployment: Deployment) -> None:
    assert audited(deployment.run()) is None
    stands = latest(deployment.home, "clinic")
    keep([Finding("adaptive", "cells", False, "planted")], deployment.home, datetime.now(UTC), code_digest())
    refused = deployment.noctule("run", "clinic")
    assert refused.returncode == 5 and "the last audit of adaptive failed" in refused.stderr
    assert latest(deployment.home, "clinic") == stands
    shown = deployment.noctule("audit", "--last")
    assert shown.returncode == 1 and "FAILED" in shown.stdout
    mended = keep([Finding("adaptive", "cells", True, "mended")], deployment.home, datetime.now(UTC), code_digest())
    after = deployment.run()
    assert (after["action"], audited(after)) == ("resample", mended["at"])
