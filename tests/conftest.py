"""What every test may use: a state folder of its own, and a contract in a few words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from noctule.contract import Contract
from noctule.home import Home
from tests.contracts import contract_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state")


@pytest.fixture
def make_contract() -> Callable[..., Contract]:
    """Build a contract from its columns; any other top-level key may be given."""
    return contract_of
