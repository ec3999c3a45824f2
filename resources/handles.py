"""What one step hands to the next: a few public facts as JSON. Rows never pass, and nothing is pickled."""

import json
from pathlib import Path
from typing import Any

import dagster as dg

from noctule.durable import whole_file


class JsonHandles(dg.ConfigurableIOManager):
    """Keeps the newest handle of each asset as a small JSON file, replaced atomically."""

    folder: str

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        with whole_file(self._path(context.asset_key)) as partial:
            partial.write_text(json.dumps(obj, sort_keys=True))

    def load_input(self, context: dg.InputContext) -> Any:
        path = self._path(context.asset_key)
        if not path.exists():
            raise dg.Failure(
                f"{context.asset_key.to_user_string()} has not run yet: run the dataset's job from the start",
                allow_retries=False,
            )
        return json.loads(path.read_text())

    def _path(self, key: dg.AssetKey) -> Path:
        return Path(self.folder, *key.path[:-1], f"{key.path[-1]}.json")
