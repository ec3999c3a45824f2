"""What a night takes on one machine: formulas of a few terms, fitted to nights of Adult, NIST and made tables.

Within a factor of two on these (docs/engine.md, "The plan"), CPU time of a busy host included.
"""

import math
from typing import NamedTuple

NIGHT_SECONDS = 20.0  # of CPU: imports, checks, classifiers and attacks of the evaluation, publication
PAIR_SECONDS = 2e-6  # for each row and pair of attributes: counting, evaluation
FIT_SECONDS = {"mst": 3.0, "aim": 5.0, "dp-ctgan": 45.0}
CODE_SECONDS = 1 / 400  # adaptive: for each code, over the cube root of the noise; what it sees finer, it fits longer
NIGHT_BYTES = 750e6  # all libraries of a night, loaded
CELL_BYTES = 65  # for each row and attribute: the evaluation holds the table and the release


class Effort(NamedTuple):
    cpu_seconds: float
    memory_bytes: float


def effort(engine: str, codes: int, attributes: int, rows: float, noise: float) -> Effort:
    """Of one refit night. `codes`: of all attributes together; `noise`: see expected.noise."""
    fit = FIT_SECONDS.get(engine, CODE_SECONDS * codes / math.cbrt(max(noise, 1e-6)))
    pairs = attributes * (attributes - 1) / 2
    return Effort(NIGHT_SECONDS + PAIR_SECONDS * pairs * rows + fit, NIGHT_BYTES + CELL_BYTES * attributes * rows)
