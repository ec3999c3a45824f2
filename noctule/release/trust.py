"""How far to trust each column: the error bars of a release, as they stand in quality.json and on the card.

Tier `released`: from the model's noisy counts and the synthetic rows alone (`noctule.evaluation.bands`).
"""

from pathlib import Path
from typing import Any

import numpy as np

from noctule.codes import Codec
from noctule.codes.labels import labels
from noctule.engines.bundle import Bundle
from noctule.evaluation.bands import LEVEL, Band, bands, pair_bounds
from noctule.release.counted import counted

DIGITS = 4  # of a distance

MEANING = (
    "Of the noise alone; nothing here was computed on the rows. A count of rows is `counts` plus or minus `error95`, "
    "and no less than 0, for 95 % of the cells (`error95_all`: for all cells of a table at once). `tvd` estimates the "
    "total variation distance between the shares of the release and of the rows, `tvd95` bounds it for 95 % of tables."
)

SEVERAL = (
    "Where `error95` has a number for each cell, noisy counts of several refits were combined: it holds as far as the "
    "table changed between them by no more than the contract assumes (refresh.assumed_drift)."
)


def trust(bundle: Bundle, staged: Path) -> dict[str, Any]:
    """Plain JSON: `attributes` (labels of codes, and the group of each code), `tables` (a band for each measured one)
    and `pairs` (the best bound of each pair, or "not measured").

    Reads the staged file twice, in bounded memory. A function of the arguments, so that publishing may be retried.
    """
    codec, model = Codec(bundle.contract), bundle.model
    found = bands(model, counted(bundle.contract, staged))
    attributes = {
        attribute.name: {
            "column": attribute.column,
            "codes": labels(codec, attribute),
            "groups": model.groupings[attribute.name].group.tolist(),
        }
        for attribute in codec.attributes
    }
    pairs = pair_bounds(list(attributes), found)
    several = any(np.ndim(band.error) for band in found)
    return {
        "tier": "released",
        "level": LEVEL,
        "meaning": f"{MEANING} {SEVERAL}" if several else MEANING,
        "attributes": attributes,
        "tables": [_table(band) for band in found],
        "pairs": [{"attributes": list(pair), **_pair(pair, band)} for pair, band in pairs.items()],
    }


def _table(band: Band) -> dict[str, Any]:
    return {
        "attributes": list(band.clique),
        "cells": "codes" if band.fine else "groups",
        "counts": band.counts.tolist(),
        "error95": np.asarray(band.error).tolist(),
        "error95_all": np.asarray(band.error_all).tolist(),
        "tvd": round(band.tvd, DIGITS),
        "tvd95": round(band.tvd_bound, DIGITS),
    }


def _pair(pair: tuple[str, ...], band: Band | None) -> dict[str, Any]:
    if band is None:
        return {"tvd95": None, "by": "not measured"}
    return {"tvd95": round(band.tvd_bound, DIGITS), "by": "measured" if len(band.clique) == 2 else list(band.clique)}


def trust_section(found: dict[str, Any]) -> str:
    """The card's table: a line for each attribute, from what `trust` found."""
    own = {table["attributes"][0]: table for table in found["tables"] if len(table["attributes"]) == 1}
    lines = [_line(name, own.get(name), found["pairs"]) for name in found["attributes"]]
    return "\n".join([HEAD, *lines])


HEAD = """## How far to trust each column

TVD is the largest error that the share of any group of values can have: 0.02 is two percentage points. Bounds hold for
95 % of columns and pairs, at the resolution measured; they follow from the noise that was added, not from the rows.
A pair is bounded when it was measured, or a table of three that holds it. `quality.json` has the band of every count.

| column | TVD, about | TVD, at most | rows in a cell, ± | pairs bounded | their TVD, at most |
|---|---|---|---|---|---|"""


def _line(name: str, own: dict[str, Any] | None, pairs: list[dict[str, Any]]) -> str:
    mine = [pair for pair in pairs if name in pair["attributes"]]
    known = [pair["tvd95"] for pair in mine if pair["tvd95"] is not None]
    one_way = (
        [f"{own['tvd']:.3f}", f"{own['tvd95']:.3f}", f"{np.max(own['error95']):,}"] if own else ["not measured", "", ""]
    )
    widest = [f"{max(known):.3f}" if known else ""]
    name = " ".join(name.split()).replace("|", "\\|")
    return f"| {' | '.join([name, *one_way, f'{len(known)} of {len(mine)}', *widest])} |"
