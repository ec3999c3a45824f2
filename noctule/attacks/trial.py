"""What is attacked, and what it is held against."""

from dataclasses import dataclass

import numpy as np

from noctule.evaluation.records import Records

SEED = 0


@dataclass(frozen=True)
class Trial:
    """An attacker holds `release` and tries it on `targets`."""

    release: Records
    targets: Records


def trials(real: Records, control: Records | None, synthetic: Records, most: int) -> tuple[Trial, Trial]:
    """The attack, and the same attack where it can find nothing but what holds for everybody.

    With `control`, rows of the same population that had no part in the fit: the release against as many rows of the
    table as of the control, then against the control. Fidelity helps both alike, so a difference is memory.

    Without: a half of the table is the target; the release attacks it, and then the other half does, as a release
    that resembles the table perfectly and remembers none of the targets. All are of equal size. A weaker control:
    what a release loses in fidelity hides what it remembers, and rows of one unit may stand in both halves.

    Each side holds at most `most` rows, drawn with a fixed seed.
    """
    rng = np.random.default_rng(SEED)
    if control is not None:
        rows = min(real.rows, control.rows, most)
        release, members, others = (one.sample(size, rng) for one, size in
                                    ((synthetic, most), (real, rows), (control, rows)))  # fmt: skip
        return Trial(release, members), Trial(release, others)
    rows = min(real.rows // 2, synthetic.rows, most)
    order = rng.permutation(real.rows)
    targets, rest = (real.take(np.sort(half)) for half in (order[:rows], order[rows : 2 * rows]))
    return Trial(synthetic.sample(rows, rng), targets), Trial(rest, targets)
