"""Whether a model may go on: a paired test against its own first nights, and signs that need no test."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from noctule.golden.trial import Trial

NIGHTS = 5  # the first judged ones, which are the baseline
LEVEL = 0.01  # of the one-sided paired t test
LEAST = 0.02  # a fall of the mean score below this is of no interest, however sure
BAD_NIGHTS = 2  # in a row, and the model is kept out
GOOD_NIGHTS = 2  # in a row, and it may go on
VALID = 0.9  # least share of answers of the asked form
DEARER = 1.2  # times the cost of a question in the baseline


@dataclass(frozen=True)
class Accepted:
    """A person takes the model as it is now: a new baseline begins."""

    name: str


@dataclass(frozen=True)
class Standing:
    """Of one model after its last night. `bad`, `good`: nights in a row. `fall`: of the mean score since the baseline;
    `p`: of the test that it is chance. `hard`: a sign that needs no second night. `why`: the last verdict in words.
    """

    baseline: tuple[Trial, ...] = ()
    last: Trial | None = None
    bad: int = 0
    good: int = 0
    quarantined: bool = False
    fall: float = 0.0
    p: float = 1.0
    hard: str = ""
    why: str = "not judged yet"


def standing(records: Iterable[Trial | Accepted]) -> Standing:
    """After all records of one model, oldest first."""
    return [Standing(), *standings(records)][-1]


def standings(records: Iterable[Trial | Accepted]) -> Iterator[Standing]:
    """After each record. Another id at the provider is another model; another prompt or set begins another baseline,
    and quarantine stays.
    """
    now = Standing()
    for record in records:
        if isinstance(record, Accepted):
            now = Standing(why="accepted as it is")
        else:
            if now.last and now.last.model != record.model:
                now = Standing()
            if now.last and (now.last.prompt, now.last.items) != (record.prompt, record.items):
                now = Standing(quarantined=now.quarantined)
            now = _after(now, record)
        yield now


def fall(baseline: Sequence[Trial], tonight: Trial) -> tuple[float, float]:
    """How far the mean score fell, and p of the one-sided paired t test over the items (Student 1908)."""
    from scipy.special import stdtr

    before = [fmean(scores) for scores in zip(*(trial.scores for trial in baseline), strict=True)]
    falls = [then - now for then, now in zip(before, tonight.scores, strict=True)]
    mean, spread = fmean(falls), stdev(falls) / math.sqrt(len(falls))
    if spread == 0:
        return mean, float(mean <= 0)
    return mean, float(stdtr(len(falls) - 1, -mean / spread))


def _after(before: Standing, trial: Trial) -> Standing:
    if trial.outcome == "unavailable":
        return replace(before, last=trial, hard="", why=f"not judged: {trial.why}")
    fell, p = (0.0, 1.0) if trial.outcome == "gone" or len(before.baseline) < NIGHTS else fall(before.baseline, trial)
    hard = _hard(before.baseline, trial)
    seen = {"last": trial, "fall": fell, "p": p, "hard": hard}
    if hard or (p < LEVEL and fell >= LEAST):
        bad = before.bad + 1
        out = before.quarantined or bool(hard) or bad >= BAD_NIGHTS
        words = hard or f"the score fell by {fell:.2f} (p = {p:.1g}), night {bad}"
        return replace(before, **seen, bad=bad, good=0, quarantined=out, why=words)
    good = before.good + 1
    out = before.quarantined and good < GOOD_NIGHTS
    baseline = before.baseline if out or len(before.baseline) == NIGHTS else (*before.baseline, trial)
    words = f"good, night {good} of {GOOD_NIGHTS} in quarantine" if out else "good"
    return replace(before, **seen, baseline=baseline, bad=0, good=good, quarantined=out, why=words)


def _hard(baseline: Sequence[Trial], trial: Trial) -> str:
    if trial.outcome == "gone":
        return f"gone: {trial.why}"
    if trial.valid < VALID:
        return f"only {trial.valid:.0%} of its answers have the asked form"
    usual = fmean([night.usd_per_item for night in baseline] or [math.inf])
    if trial.usd_per_item > DEARER * usual:
        return f"a question costs {trial.usd_per_item / usual:.1f} times what it did" if usual else "it is free no more"
    return ""
