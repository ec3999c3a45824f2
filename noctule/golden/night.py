"""One night's trial of every model that may be called, and what the router is told of it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from noctule.golden import history
from noctule.golden.items import golden_set
from noctule.golden.judge import judge
from noctule.golden.trial import Trial
from noctule.golden.verdict import Standing, standing
from noctule.home import Home
from noctule.router import Registry, Router

AT_ONCE = 4  # models; each is asked one question at a time
LASTS = timedelta(days=7)  # a quarantine that no later night renews, as when nobody evaluates any more
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Night:
    """`standings`: of every model tried. `able`: how many of them may serve. `retiring`: model -> its last day."""

    trials: tuple[Trial, ...]
    standings: Mapping[str, Standing]
    retiring: Mapping[str, date]

    @property
    def able(self) -> int:
        return sum(not one.quarantined for one in self.standings.values())


def on_trial(router: Router) -> list[str]:
    """The models to try: capable, with a key, not retired; those that are held, too."""
    return [choice.name for choice in router.plan() if choice.skipped is None or choice.until is not None]


def evaluate(router: Router, home: Home, at: datetime) -> Night:
    """Try every model, keep what came of it, and set or lift quarantines. Costs about a cent a model.

    Raises StateError where the record or the router's state cannot be used.
    """
    past, names, items = history.nights(home), on_trial(router), golden_set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        trials = tuple(pool.map(lambda name: judge(router, name, items), names))
    if trials:
        history.keep(home, at, trials)
    standings = {trial.name: standing([*history.of(trial.name, past), trial]) for trial in trials}
    for name, one in standings.items():
        if one.quarantined:
            router.state.hold("quarantined", name, (at + LASTS).timestamp(), one.why)
        else:
            router.state.release("quarantined", name)
        if one.last and one.last.outcome == "judged":
            router.state.release("gone", name)
    return Night(trials, standings, retiring(router.registry, at.date()))


def accept(router: Router, home: Home, at: datetime, name: str) -> None:
    """Take a model as it now is: it may serve again, and its next nights are a new baseline."""
    history.accept(home, at, name)
    router.state.release("quarantined", name)


def retiring(registry: Registry, today: date) -> dict[str, date]:
    """The models that their provider takes away within 30 days."""
    return {
        name: model.retires_on
        for name, model in registry.models.items()
        if model.retires_on and today <= model.retires_on <= today + SOON
    }
