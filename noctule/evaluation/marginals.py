"""Mean TVD of 1-, 2- and 3-way marginals, by column, and beside what fresh real rows score. Internal tier."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from noctule.codes import Codec, Codes
from noctule.counts import Clique
from noctule.evaluation.fidelity import shares, tvd
from noctule.evaluation.halves import Halves, taken


def marginals(real: Codes, synthetic: Codes, codec: Codec, parts: Halves) -> dict[str, Any]:
    """`tvd1`, `tvd2`, `tvd3`: means over the workload of `fidelity`, all rows of both sides.

    `shares`: attribute -> share of the table's rows by code; `pairs`: `attributes`, `tvd` of each pair; for the report.
    `k_marginal`: NIST's score of the triples, 1000 * (1 - tvd3), 1000 the best (SDNist's k-marginal with k = 3, on the
    contract's bins, without its groups). `ceilings`: a row for each number of ways with its mean TVD at equal sizes
    (`halves`), that of fresh real rows, and the ratio, 1 where the release is as good as they. `columns`: a row for
    each modelled column, the worst first; one of several attributes (parts of a template) shows its worst.
    """
    found = {ways: tvd(real, synthetic, codec.domain, ways) for ways in (1, 2, 3)}
    means = {ways: _mean(distances.values()) for ways, distances in found.items()}
    table = _columns(codec, found[1], found[2])
    return {
        **{f"tvd{ways}": mean for ways, mean in means.items()},
        "k_marginal": None if means[3] is None else 1000 * (1 - means[3]),
        "worst_column": table[0]["column"],
        "columns": table,
        "shares": {name: np.round(shares(real, (name,), codec.domain), 6).tolist() for name in codec.domain},
        "pairs": [{"attributes": list(pair), "tvd": round(distance, 4)} for pair, distance in found[2].items()],
        "ceilings": _ceilings(real, synthetic, codec, parts),
    }


def _ceilings(real: Codes, synthetic: Codes, codec: Codec, parts: Halves) -> list[dict[str, Any]]:
    targets, rest, release = taken(real, parts.targets), taken(real, parts.rest), taken(synthetic, parts.release)
    rows: list[dict[str, Any]] = []
    for ways in (1, 2, 3):
        ours, fresh = (_mean(tvd(targets, side, codec.domain, ways).values()) for side in (release, rest))
        ratio = ours / fresh if ours is not None and fresh else None
        rows.append({"ways": ways, "rows": len(parts.targets), "tvd": ours, "fresh_rows": fresh, "ratio": ratio})
    return rows


def _columns(codec: Codec, ones: dict[Clique, float], twos: dict[Clique, float]) -> list[dict[str, Any]]:
    columns: dict[str, dict[str, Any]] = {}
    for attribute in codec.attributes:
        pairs = [distance for pair, distance in twos.items() if attribute.name in pair]
        row = columns.setdefault(attribute.column, {"column": attribute.column, "tvd1": 0.0, "tvd2": 0.0})
        row["tvd1"] = max(row["tvd1"], round(ones[attribute.name,], 4))
        row["tvd2"] = max(row["tvd2"], round(_mean(pairs) or 0.0, 4))
    return sorted(columns.values(), key=lambda row: -row["tvd1"])


def _mean(numbers: Iterable[float]) -> float | None:
    values = list(numbers)
    return float(np.mean(values)) if values else None
