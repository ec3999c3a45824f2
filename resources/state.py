"""The state folder, the ledger in it and the application's root, as one Dagster resource."""

from pathlib import Path

import dagster as dg

from noctule.home import Home
from noctule.ledger.book import Ledger


class State(dg.ConfigurableResource):
    """Where this deployment keeps its state, and whether its Dagster instance may show internal numbers."""

    home_path: str
    root_path: str
    # Numbers computed on raw rows are shown in the UI only if everyone who can open it may see raw data.
    instance_is_inside_vault: bool = True

    @property
    def home(self) -> Home:
        return Home(Path(self.home_path))

    @property
    def root(self) -> Path:
        return Path(self.root_path)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.home.ledger)
