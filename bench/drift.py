"""How soon a model that got worse is noticed, and how often a sound one is kept out.

`python -m bench.drift [MODELS]`: each model has 30 items of mean 0.4 to 1, whose score a night moves by noise of a
standard deviation of 0.08. The rule is the real one, the scores are made up: how much real ones
scatter was not measured.
"""

import random
import sys
from itertools import pairwise
from statistics import median

from noctule.golden.trial import Trial
from noctule.golden.verdict import NIGHTS, standings

ITEMS, NOISE, YEAR = 30, 0.08, 365


def main(models: int = 300) -> None:
    draw = random.Random(20261124)
    print(f"{models} models, {ITEMS} items, noise {NOISE} an item, baseline of {NIGHTS} nights\n")
    print("| drop of the mean score | median nights to quarantine | 90 % within | found within 30 nights |")
    print("|---|---|---|---|")
    for drop in (0.03, 0.05, 0.08):
        found = sorted(_nights_to_quarantine(draw, drop) for _ in range(models))
        caught = sum(nights <= 30 for nights in found) / models
        print(f"| {drop:.2f} | {median(found):g} | {found[int(0.9 * models)]} | {caught:.0%} |")
    times = [_false_quarantines(draw) for _ in range(models)]
    print(f"\nSound models kept out at least once in a year: {sum(map(bool, times)) / models:.1%}", end="; ")
    print(f"false quarantines a model and year: {sum(times) / models:.3f}")


def _nights_to_quarantine(draw: random.Random, drop: float, limit: int = 120) -> int:
    """After a sound month; `limit` where it is not found before."""
    means = _means(draw)
    trials = [_trial(draw, means, 0.0) for _ in range(30)] + [_trial(draw, means, drop) for _ in range(limit)]
    after = [one.quarantined for one in standings(trials)][30:]
    return after.index(True) + 1 if True in after else limit


def _false_quarantines(draw: random.Random) -> int:
    means = _means(draw)
    out = [one.quarantined for one in standings(_trial(draw, means, 0.0) for _ in range(YEAR))]
    return sum(now and not before for before, now in pairwise(out))


def _means(draw: random.Random) -> list[float]:
    return [draw.uniform(0.4, 1.0) for _ in range(ITEMS)]


def _trial(draw: random.Random, means: list[float], drop: float) -> Trial:
    scores = tuple(mean - drop + draw.gauss(0, NOISE) for mean in means)
    return Trial(name="m", model="m", prompt="p", items="i", outcome="judged", answered=ITEMS, scores=scores, valid=1.0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
