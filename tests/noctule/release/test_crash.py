"""Killed at every step boundary, a publication never leaves `latest` at a half-written or ungated release."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.home import Home
from noctule.release.latest import latest
from noctule.release.publish import publish
from noctule.release.verify import verify

OLD, NEW = "20261122T023000Z-0123abcd", "20261123T023000Z-0123abcd"


@pytest.mark.parametrize("first", [True, False], ids=["first release", "second release"])
def test_kill_before_every_operation(
    contract: Contract, staged: Path, receipt: dict[str, Any], terms: dict[str, Any], tmp_path: Path, first: bool
) -> None:
    contract = contract.model_copy(update={"release": contract.release.model_copy(update={"keep": 1})})
    base = Home(tmp_path / "base")
    base.root.mkdir()
    if not first:
        publish(contract, base, staged, receipt, 1.0, **{**terms, "release_id": OLD})
    arguments = {"receipt": receipt, "validity": 1.0, **terms, "release_id": NEW}
    steps = _kill_at_every_step(contract, staged, arguments, base, tmp_path)
    assert steps.count("os.rename") == (4 if first else 5)  # folder, view, link, latest.json; hiding the retired

    seen: set[str | None] = set()
    for n in range(len(steps) + 1):
        home = Home(tmp_path / "homes" / str(n))
        seen.add(_sound_state(home, steps[n : n + 1]))
        final = publish(contract, home, staged, **arguments)
        assert _sound_state(home, ["rerun"]) == NEW and final.name == NEW
        assert not list(home.lake.rglob("*.partial"))
        assert [path.name for path in (home.lake / "sample" / "releases").iterdir()] == [NEW]  # keep: 1
    assert seen == {None if first else OLD, NEW}


def _kill_at_every_step(
    contract: Contract, staged: Path, arguments: dict[str, Any], base: Home, folder: Path
) -> list[str]:
    plan = {"contract": contract.model_dump(mode="json", by_alias=True), "staged": str(staged), "arguments": arguments}
    (folder / "plan.json").write_text(json.dumps(plan))
    (folder / "homes").mkdir()
    script = Path(__file__).with_name("killed_publish.py")
    done = subprocess.run(
        [sys.executable, script, folder / "plan.json", base.root, folder / "homes"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _sound_state(home: Home, step: list[str]) -> str | None:
    """The release that latest.json names. Both pointers, and all that readers can see, must be whole."""
    folder = home.lake / "sample"
    data = latest(home, "sample")
    visible = set((folder / "releases").glob("[!.]*")) | ({data.parents[1]} if data else set())
    if (folder / "latest.parquet").is_symlink():
        visible.add(folder / (folder / "latest.parquet").readlink().parents[1])
    for release in visible:
        assert verify(release) == [], step
    return data.parents[1].name if data else None
