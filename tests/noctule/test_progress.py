"""Progress off a terminal: lines of JSON from the loggers asked for, and nothing left behind."""

import json
import logging

import pytest

from noctule.progress import progress


def test_lines_are_of_the_loggers_asked_for_and_the_level_is_put_back(capsys: pytest.CaptureFixture[str]) -> None:
    told, other = logging.getLogger("noctule.audit.audit"), logging.getLogger("noctule.refresh")
    before = logging.getLogger("noctule.audit").level
    with progress("audit", of="noctule.audit"):
        told.info("told")
        other.info("not asked for")
    told.info("too late")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["message"]) for line in lines] == [("noctule.audit.audit", "told")]
    assert logging.getLogger("noctule.audit").level == before
