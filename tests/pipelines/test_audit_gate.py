"""A failed audit of the code that runs keeps releases back, through the command."""

from datetime import UTC, datetime

from noctule.audit.audit import Finding
from noctule.audit.store import code_digest, keep
from noctule.release.latest import latest
from tests.pipelines.conftest import Deployment


def test_a_failed_audit_keeps_the_release_back(deployment: Deployment) -> None:
    deployment.run()
    stands = latest(deployment.home, "clinic")
    keep([Finding("adaptive", "cells", False, "planted")], deployment.home, datetime.now(UTC), code_digest())
    refused = deployment.noctule("run", "clinic")
    assert refused.returncode == 5 and "the last audit of adaptive failed" in refused.stderr
    assert latest(deployment.home, "clinic") == stands
    shown = deployment.noctule("audit", "--last")
    assert shown.returncode == 1 and "FAILED" in shown.stdout
    keep([Finding("adaptive", "cells", True, "mended")], deployment.home, datetime.now(UTC), code_digest())
    assert deployment.run()["action"] == "resample"
