"""The bundle, the rows and the ledger of a release, from the tests of releases."""

from tests.noctule.release.conftest import (
    bundle,
    contract,
    ledger,
    make_bundle,
    measured,
    receipt,
    reservation,
    staged,
    terms,
)

__all__ = ["bundle", "contract", "ledger", "make_bundle", "measured", "receipt", "reservation", "staged", "terms"]
