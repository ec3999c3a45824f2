"""The models of the deployment, as a Dagster resource."""

from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from noctule.contract import Contract
from noctule.describe.ask import Asking
from noctule.describe.default import asking, router
from noctule.home import Home
from noctule.router import Router


class Models(dg.ConfigurableResource):
    """The router of the deployment, and describers of columns over it.

    Keys come from the environment of the run alone; they are no part of this resource.
    """

    home_path: str
    root_path: str

    @property
    def home(self) -> Home:
        return Home(Path(self.home_path))

    def router(self) -> AbstractContextManager[Router]:
        return router(Path(self.root_path), self.home, unattended=True)

    def asking(self, contract: Contract) -> AbstractContextManager[Asking]:
        return asking(Path(self.root_path), self.home, contract, unattended=True)
