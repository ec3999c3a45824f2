"""The server of models of the router's tests and a router on it; and a published release, of the releases' tests."""

from tests.noctule.release.conftest import (
    bundle,
    contract,
    key_pair,
    ledger,
    make_bundle,
    measured,
    published,
    receipt,
    reservation,
    staged,
    terms,
)
from tests.noctule.router.conftest import clock, make, running, server

__all__ = [
    "bundle", "clock", "contract", "key_pair", "ledger", "make", "make_bundle", "measured", "published", "receipt",
    "reservation", "running", "server", "staged", "terms",
]  # fmt: skip
