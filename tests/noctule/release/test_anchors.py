"""What releases and models say of the ledger."""

import json
from pathlib import Path

import pytest

from noctule.errors import LedgerError
from noctule.home import Home
from noctule.release.anchors import published_anchors


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_releases_and_models_are_asked(home: Home) -> None:
    put(home.lake / "a" / "releases" / "r1" / "privacy.json", json.dumps({"ledger_head": "2:bb"}))
    put(home.models / "a" / "k" / "bundle.json", json.dumps({"receipt": {"ledger_head": "1:aa"}}))
    assert published_anchors(home) == [(1, "aa"), (2, "bb")]


def test_a_damaged_release_is_named_and_a_damaged_model_passed_over(home: Home) -> None:
    put(home.models / "a" / "k" / "bundle.json", "{")
    assert published_anchors(home) == []
    put(home.lake / "a" / "releases" / "r1" / "privacy.json", "{")
    with pytest.raises(LedgerError, match="r1"):
        published_anchors(home)
