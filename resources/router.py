"""The models of the deployment, as a Dagster resource."""

from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from noctule.contract import Contract
from noctule.describe.ask import Asking
from noctule.describe.default import asking
from noctule.home import Home


class Models(dg.ConfigurableResource):
    """Describers of columns. Keys come from the environment of the run alone; they are no part of this resource."""

    home_path: str
    root_path: str

    def asking(self, contract: Contract) -> AbstractContextManager[Asking]:
        return asking(Path(self.root_path), Home(Path(self.home_path)), contract, unattended=True)
