"""raw -> pii -> synthesizer -> synthetic -> evaluation -> release; descriptions -> synthetic."""

from collections.abc import Sequence

import dagster as dg

from assets.descriptions import descriptions
from assets.evaluation import evaluation
from assets.pii import pii
from assets.raw import raw
from assets.release import release
from assets.synthesizer import synthesizer
from assets.synthetic import synthetic
from noctule.contract import Contract


def dataset_assets(contract: Contract, contracts: Sequence[Contract]) -> list[dg.AssetsDefinition]:
    """The seven assets of one dataset, keyed [dataset, step]. `contracts`: all of the deployment, which share caps."""
    before, after = (raw, pii, descriptions), (synthetic, evaluation, release)
    return [
        *(make(contract) for make in before),
        synthesizer(contract, contracts),
        *(make(contract) for make in after),
    ]
