"""The environment, read once, as Dagster resources."""

import os
from pathlib import Path
from typing import Any

from noctule.home import Home
from resources.handles import JsonHandles
from resources.router import Models
from resources.state import State


def from_environment(root: Path) -> dict[str, Any]:
    """Resources of the deployment rooted at `root`: NOCTULE_HOME, NOCTULE_INSTANCE_INSIDE_VAULT (default 1)."""
    home = Home.from_environment()
    inside = os.environ.get("NOCTULE_INSTANCE_INSIDE_VAULT", "1") not in ("0", "false", "no")
    return {
        "state": State(home_path=str(home.root), root_path=str(root), instance_is_inside_vault=inside),
        "models": Models(home_path=str(home.root), root_path=str(root)),
        "io_manager": JsonHandles(folder=str(home.root / "handles")),
    }
