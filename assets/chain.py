"""raw -> pii -> synthesizer -> synthetic -> evaluation -> release."""

import dagster as dg

from assets.evaluation import evaluation
from assets.pii import pii
from assets.raw import raw
from assets.release import release
from assets.synthesizer import synthesizer
from assets.synthetic import synthetic
from noctule.contract import Contract


def dataset_assets(contract: Contract) -> list[dg.AssetsDefinition]:
    """The six assets of one dataset, keyed [dataset, step]."""
    return [make(contract) for make in (raw, pii, synthesizer, synthetic, evaluation, release)]
