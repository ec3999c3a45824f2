"""Nights of trials against a real server whose models fail, fade, vanish and come back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from noctule.golden import history, night
from noctule.golden.items import golden_set
from noctule.golden.plot import scores_png
from noctule.home import Home
from noctule.router import Router
from noctule.router.errors import NoCapableModel, StateError
from tests.noctule.golden.answers import model_of, right, saying, vague
from tests.noctule.router.conftest import PROMPT, Clock, Make, Said
from tests.noctule.router.server import GOOD, Models

DAY = 86_400
TWO = {"a": ("openai", "1"), "b": ("openai", "2")}


class Nights:
    """One after the other, on the test's clock."""

    def __init__(self, router: Router, home: Home, clock: Clock) -> None:
        self.router, self.home, self.clock = router, home, clock

    def run(self, count: int = 1) -> night.Night:
        for _ in range(count):
            self.clock.moment += DAY
            done = night.evaluate(self.router, self.home, datetime.fromtimestamp(self.clock.now(), UTC))
        return done

    def serving(self) -> list[str]:
        return [choice.name for choice in self.router.plan() if choice.skipped is None]


@pytest.fixture
def nights(make: Make, server: Models, clock: Clock, tmp_path: Path) -> Nights:
    server.say = saying()
    return Nights(make(TWO, run="nights", budget_usd_per_run=100), Home(tmp_path), clock)


def test_a_perfect_model_has_all_points_for_one_question_a_column(nights: Nights, server: Models) -> None:
    done = nights.run()
    assert len(server.asked) == 2 * len(golden_set())
    for trial in done.trials:
        assert trial.outcome == "judged" and trial.mean == trial.valid == trial.exact == trial.text == 1
        assert (trial.input_tokens, trial.output_tokens) == (100 * 30, 20 * 30) and trial.usd > 0
    nights.run()
    assert len(server.asked) == 4 * len(golden_set())  # always afresh


def test_a_model_that_fades_is_kept_out_after_two_nights_and_let_in_after_two(nights: Nights, server: Models) -> None:
    nights.run(5)
    server.say = lambda text: saying(vague if model_of(text) == "a" else right)(text)
    assert nights.run().standings["a"].bad == 1 and nights.serving() == ["a", "b"]
    assert nights.run().standings["a"].quarantined and nights.serving() == ["b"]
    why = next(choice.skipped for choice in nights.router.plan() if choice.name == "a")
    assert why and why.startswith("quarantined") and "the score fell by" in why
    server.say = saying()
    nights.run()
    assert nights.serving() == ["b"]
    nights.run()
    assert nights.serving() == ["a", "b"]
    assert scores_png(history.nights(nights.home)).startswith(b"\x89PNG")


@pytest.mark.parametrize("fault", ["404", "malformed", "wrong_fields", "refusal"])
def test_hard_signs_keep_out_at_once(nights: Nights, server: Models, fault: str) -> None:
    server.faults = {"a": [fault]}
    assert nights.run().standings["a"].hard and nights.serving() == ["b"]
    server.faults = {}
    nights.run()
    assert nights.serving() == ["b"]
    nights.run()
    assert nights.serving() == ["a", "b"]


@pytest.mark.parametrize("fault", ["503", "429/7200", "401", "reset"])
def test_a_line_that_is_down_judges_nobody(nights: Nights, server: Models, fault: str) -> None:
    server.faults = {"a": [fault]}
    done = nights.run()
    assert {trial.outcome for trial in done.trials if trial.name == "a"} == {"unavailable"}
    assert sum(model == "a" for model, _ in server.asked) <= 3
    assert not done.standings["a"].quarantined


def test_a_dearer_model_waits_for_a_person(nights: Nights, make: Make) -> None:
    nights.run(5)
    nights.router = make({"a": ("openai", "1.5"), "b": ("openai", "2")}, run="more", budget_usd_per_run=100)
    assert "costs 1.5 times" in nights.run().standings["a"].hard and nights.serving() == ["b"]
    night.accept(nights.router, nights.home, datetime.fromtimestamp(nights.clock.now() + 1, UTC), "a")
    assert nights.serving() == ["a", "b"]
    assert not nights.run(2).standings["a"].quarantined


def test_what_a_quarantined_model_said_is_not_served_again(make: Make, server: Models, clock: Clock) -> None:
    server.say = lambda text: GOOD
    router = make({"a": ("openai", "1")})
    router.complete(PROMPT, Said)
    assert router.complete(PROMPT, Said).cached
    router.state.hold("quarantined", "a", clock.now() + DAY, "worse")
    with pytest.raises(NoCapableModel):
        router.complete(PROMPT, Said)
    assert router.complete(PROMPT, Said, only="a").model == "a"
    router.state.release("quarantined", "a")
    assert router.complete(PROMPT, Said).cached


def test_without_a_key_nobody_is_tried_and_nothing_is_written(make: Make, tmp_path: Path) -> None:
    done = night.evaluate(make(TWO, environment={}), Home(tmp_path), datetime.now(UTC))
    assert done.trials == () and not (tmp_path / "trials").exists()


def test_a_broken_record_is_named(nights: Nights) -> None:
    nights.run()
    (path,) = (nights.home.root / "trials").iterdir()
    path.write_text("{")
    with pytest.raises(StateError, match="cannot be read"):
        nights.run()
