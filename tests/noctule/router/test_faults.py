"""Every fault on every wire: who is asked, how often, and who is left alone afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from noctule.router import errors
from tests.noctule.router.conftest import PROMPT, WIRES, Clock, Make, Said
from tests.noctule.router.server import GOOD, Models

# fault -> requests to the first model, its outcome, kind of the hold that stays and its seconds
FAULTS: dict[str, tuple[int, str, str | None, float]] = {
    "429": (1, "RateLimited", "cooling", 5),
    "429/7": (1, "RateLimited", "cooling", 7),
    "429/0": (1, "RateLimited", "cooling", 1),
    "429/300": (1, "RateLimited", "cooling", 300),
    "429/86400": (1, "RateLimited", "cooling", 900),
    "429/date": (1, "RateLimited", "cooling", 120),
    "429/soon": (1, "RateLimited", "cooling", 5),
    "503": (1, "Overloaded", "cooling", 5),
    "503/9": (1, "Overloaded", "cooling", 9),
    "529": (1, "Overloaded", "cooling", 5),
    "500": (1, "ServerError", "cooling", 5),
    "302": (1, "ServerError", "cooling", 5),
    "401": (1, "AuthFailed", "benched", 3600),
    "403": (1, "AuthFailed", "benched", 3600),
    "404": (1, "ModelGone", "gone", 86400),
    "410": (1, "ModelGone", "gone", 86400),
    "400": (1, "BadRequest", None, 0),
    "422": (1, "BadRequest", None, 0),
    "reset": (1, "Disconnected", "cooling", 5),
    "broken": (1, "BadOutput:not_json", None, 0),
    "html": (1, "BadOutput:not_json", None, 0),
    "list": (1, "BadOutput:not_json", None, 0),
    "strange": (1, "BadOutput:not_json", None, 0),
    "huge": (1, "BadOutput:not_json", None, 0),
    "zipped": (1, "BadOutput:not_json", None, 0),
    "truncated": (1, "BadOutput:truncated", None, 0),
    "refusal": (1, "BadOutput:refusal", None, 0),
    "malformed": (2, "BadOutput:not_json", None, 0),
    "wrong_fields": (2, "BadOutput:schema", None, 0),
    "empty": (2, "BadOutput:empty", None, 0),
    "echo": (2, "BadOutput:schema", None, 0),
}


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_moves_on_to_the_next_model(fault: str, wire: str, make: Make, server: Models, clock: Clock) -> None:
    times, outcome, kind, seconds = FAULTS[fault]
    other = WIRES[(WIRES.index(wire) + 1) % 3]
    router = make({"cheap": (wire, "1"), "dear": (other, "2")})
    server.faults["cheap"] = [fault]
    done = router.complete(PROMPT, Said)
    assert [model for model, _ in server.asked] == ["cheap"] * times + ["dear"]
    assert [(one.model, one.outcome) for one in done.attempts] == [("cheap", outcome)] * times + [("dear", "ok")]
    assert (done.value.model_dump(), done.model, done.provider, done.cached) == (GOOD, "dear", other, False)
    holds = router.state.holds(clock.now())
    assert [(hold.kind, hold.name) for hold in holds] == (
        [(kind, wire if kind == "benched" else "cheap")] if kind else []
    )
    assert all(
        hold.until - clock.now() == pytest.approx(seconds, abs=5 if fault == "429/date" else 1e-3) for hold in holds
    )
    assert clock.slept == []


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("answer", ["ok", "fenced"])
def test_a_good_answer_is_taken_and_paid_for(answer: str, wire: str, make: Make, server: Models) -> None:
    router = make({"cheap": (wire, "1.5")})
    server.faults["cheap"] = [answer]
    done = router.complete(PROMPT, Said)
    assert done.value == Said.model_validate(GOOD)
    assert (done.usage.input_tokens, done.usage.output_tokens, done.usage.estimated) == (100, 20, False)
    assert done.usage.usd == Decimal("0.00018")
    assert router.state.spent("run") == done.usage.nano_usd


def test_a_slow_model_is_left(make: Make, server: Models) -> None:
    router = make({"cheap": ("openai", "1"), "dear": ("gemini", "2")}, timeout_s=0.3)
    server.faults["cheap"] = ["slow"]
    done = router.complete(PROMPT, Said)
    assert [one.outcome for one in done.attempts] == ["TimedOut", "ok"]
    assert done.usage.estimated  # the provider may bill what it went on to write


def test_nobody_listens(make: Make, server: Models) -> None:
    router = make({"cheap": ("openai", "1"), "dear": ("gemini", "2")})
    providers: Any = router.registry.providers
    providers["openai"] = providers["openai"].model_copy(update={"base_url": "http://127.0.0.1:9"})
    done = router.complete(PROMPT, Said)
    assert [one.outcome for one in done.attempts] == ["Unreachable", "ok"]
    assert done.usage.nano_usd == 120 * 2000


def test_the_second_question_names_places_and_kinds_but_no_values(make: Make, server: Models) -> None:
    router = make({"cheap": ("openai", "1")})
    server.faults["cheap"] = ["wrong_fields", "ok"]
    done = router.complete(PROMPT, Said)
    assert [one.outcome for one in done.attempts] == ["BadOutput:schema", "ok"]
    assert "answer: string_type" in server.bodies[1] and "sure: less_than_equal" in server.bodies[1]
    assert "?: extra_forbidden" in server.bodies[1]
    assert "RAW-VALUE" not in server.bodies[1] and "reply" not in server.bodies[1]
    assert done.usage.nano_usd == 2 * 120 * 1000


def test_two_providers_that_find_fault_with_the_question_are_believed(make: Make, server: Models) -> None:
    router = make({"a": ("openai", "1"), "b": ("gemini", "2"), "c": ("anthropic", "3")})
    server.faults = {"a": ["400"], "b": ["400"]}
    with pytest.raises(errors.BadRequest) as caught:
        router.complete(PROMPT, Said)
    assert [one.model for one in caught.value.attempts] == ["a", "b"]
    assert len(server.asked) == 2


def test_a_refused_key_benches_every_model_of_its_provider(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1"), "b": ("openai", "2"), "c": ("gemini", "3")})
    server.faults = {"a": ["401"]}
    assert router.complete(PROMPT, Said).model == "c"
    assert [model for model, _ in server.asked] == ["a", "c"]
    clock.moment += 3601
    assert router.complete(PROMPT, Said, fresh=True).attempts[0].model == "a"


def test_cooldowns_grow_and_end_with_a_success(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1")}, deadline_s=4)
    server.faults = {"a": ["503", "503", "ok", "503"]}
    waits: list[float] = []
    for _ in range(4):
        try:
            router.complete(PROMPT, Said, fresh=True)
        except errors.AllModelsFailed:
            [hold] = router.state.holds(clock.now())
            waits.append(hold.until - clock.now())
            clock.moment = hold.until
    assert waits == pytest.approx([5, 10, 5], abs=1e-3)


def test_when_all_are_cooling_the_router_sleeps_until_the_first_is_free(
    make: Make, server: Models, clock: Clock
) -> None:
    router = make({"a": ("openai", "1"), "b": ("gemini", "2")})
    server.faults = {"a": ["429/20"], "b": ["429/5", "ok"]}
    assert router.complete(PROMPT, Said).model == "b"
    assert [model for model, _ in server.asked] == ["a", "b", "b"]
    assert clock.slept == pytest.approx([5], abs=1e-3)


def test_it_does_not_sleep_past_the_deadline(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1")})
    server.faults = {"a": ["429/5"]}
    with pytest.raises(errors.AllModelsFailed):
        router.complete(PROMPT, Said, deadline_s=12)
    assert (len(server.asked), clock.slept) == (3, pytest.approx([5, 5], abs=1e-3))
    clock.slept.clear()
    with pytest.raises(errors.NoCapableModel, match="cooling until"):
        router.complete(PROMPT, Said, deadline_s=3)
    assert (len(server.asked), clock.slept) == (3, [])


def test_a_deadline_that_is_over_asks_nobody(make: Make, server: Models) -> None:
    with pytest.raises(errors.DeadlineExceeded):
        make({"a": ("openai", "1")}).complete(PROMPT, Said, deadline_s=0)
    assert server.asked == []


def test_a_caller_in_a_hurry_cools_no_model(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1")})
    server.faults = {"a": ["slow"]}
    with pytest.raises(errors.RouterError):
        router.complete(PROMPT, Said, deadline_s=0.2)
    assert router.state.holds(clock.now()) == []
