"""One model and the golden set: each column asked by itself, with the very words that nights use, and always afresh."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from noctule.describe.answer import Description
from noctule.describe.ask import VERSION, Answers, question
from noctule.golden import score
from noctule.golden.items import Item, digest
from noctule.golden.trial import Outcome, Trial
from noctule.router import Router
from noctule.router.completion import Usage
from noctule.router.errors import Attempt, RouterError

log = logging.getLogger(__name__)

MISSED = 0.2  # of the set may go unanswered for no fault of the answers; beyond it the night tells nothing
IN_A_ROW = 3  # such failures, and the rest is not asked


@dataclass
class _Tally:
    """What came of the questions so far, by place in the set. An answer without the asked form is None."""

    answers: dict[int, Description | None] = field(default_factory=dict[int, Description | None])
    first: list[Attempt] = field(default_factory=list[Attempt])
    usage: Usage = field(default_factory=Usage)


def judge(router: Router, name: str, items: Sequence[Item]) -> Trial:
    """What this model does with the set now. Failures of the line are no fault of the answers: they judge nothing."""
    tally, missed, row = _Tally(), 0, 0

    def trial(outcome: Outcome, why: str = "", **figures: Any) -> Trial:
        model = router.registry.models[name].model
        return Trial(
            name=name, model=model, prompt=VERSION, items=digest(items), outcome=outcome, why=why,
            usd=float(tally.usage.usd), answered=len(tally.answers), **figures,
        )  # fmt: skip

    log.info("asking %s", name)
    for place, item in enumerate(items):
        why = _ask(router, name, place, item, tally)
        if why == "ModelGone":
            return trial("gone", "the provider does not know the model")
        missed, row = missed + bool(why), row + 1 if why else 0
        if row == IN_A_ROW or missed > MISSED * len(items):
            return trial("unavailable", why)
    return trial("judged", **_figures(tally, items))


def _ask(router: Router, name: str, place: int, item: Item, tally: _Tally) -> str:
    """Put one question and note what came of it; else, in a word, why the model could not be asked."""
    prompt, expected = question([item.facts])
    limit = router.registry.policy.timeout_s
    try:
        done = router.complete(prompt, Answers, only=name, expected=expected, deadline_s=limit)
    except RouterError as error:
        outcomes = [attempt.outcome for attempt in error.attempts]
        if not any(outcome.startswith(("BadOutput", "BadRequest")) for outcome in outcomes):
            return outcomes[-1] if outcomes else type(error).__name__
        answer, attempts = None, error.attempts
    else:
        answer, attempts, used = done.value.columns[0], done.attempts, done.usage
        tally.usage = tally.usage.plus(used.input_tokens, used.output_tokens, used.nano_usd, used.estimated)
    tally.answers[place] = answer
    tally.first.append(attempts[0])
    return ""


def _figures(tally: _Tally, items: Sequence[Item]) -> dict[str, Any]:
    """An item that could not be asked counts as the mean of the others."""
    scores = {at: score.score(said, items[at]) if said else 0.0 for at, said in tally.answers.items()}
    told = [(said, items[at]) for at, said in tally.answers.items() if said and not items[at].unknown]
    mean = fmean(scores.values())
    return {
        "scores": tuple(round(scores.get(at, mean), 4) for at in range(len(items))),
        "valid": fmean(attempt.outcome == "ok" for attempt in tally.first),
        "exact": fmean([score.exact(said, item) for said, item in told] or [0.0]),
        "text": fmean([score.text(said.description, item.references) for said, item in told] or [0.0]),
        "forbidden": sum(said is not None and score.forbidden(said) for said in tally.answers.values()),
        "latency_ms": median(attempt.ms for attempt in tally.first),
        "input_tokens": tally.usage.input_tokens,
        "output_tokens": tally.usage.output_tokens,
    }
