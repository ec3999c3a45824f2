"""Stored answers, money, capabilities and zones, nested forms, and the state file."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from noctule.router import Capability, Prompt, State, errors
from noctule.router.wires.schema import plain
from tests.noctule.router.conftest import PROMPT, WIRES, Clock, Make, Said
from tests.noctule.router.server import Models


class Inner(BaseModel):
    kind: str | None = None


class Outer(BaseModel):
    parts: list[Inner]


class Endless(BaseModel):
    next: "Endless | None" = None


def test_the_same_question_is_asked_once(make: Make, server: Models) -> None:
    router = make({"a": ("openai", "1")})
    first, second = router.complete(PROMPT, Said), router.complete(PROMPT, Said)
    assert len(server.asked) == 1
    assert (first.cached, second.cached, second.attempts) == (False, True, ())
    assert (second.value, second.model, second.usage) == (first.value, "a", first.usage)
    assert router.state.spent("run") == first.usage.nano_usd
    router.complete(Prompt(PROMPT.system, PROMPT.user, version="2", max_tokens=100), Said)
    router.complete(PROMPT, Said, requires={Capability.TEXT})
    router.complete(PROMPT, Said, fresh=True)
    assert len(server.asked) == 4


def test_a_stored_answer_needs_neither_key_nor_network(make: Make, server: Models) -> None:
    make({"a": ("openai", "1")}).complete(PROMPT, Said)
    assert make({"a": ("openai", "1")}, environment={}).complete(PROMPT, Said).cached


def test_a_stored_answer_that_no_longer_fits_is_asked_again(
    make: Make, server: Models, clock: Clock, tmp_path: Path
) -> None:
    router = make({"a": ("openai", "1")})
    router.complete(PROMPT, Said)
    import sqlite3

    with sqlite3.connect(tmp_path / "router.db") as connection:
        connection.execute("UPDATE answer SET value = '{}'")
    connection.close()
    assert not router.complete(PROMPT, Said).cached


def test_without_a_key_nobody_is_asked(make: Make, server: Models) -> None:
    with pytest.raises(errors.NoCapableModel, match="no key in TEST_KEY"):
        make({"a": ("openai", "1")}, environment={}).complete(PROMPT, Said)
    assert server.asked == []


def test_what_must_stay_local_goes_nowhere_else(make: Make, server: Models) -> None:
    with pytest.raises(errors.NoCapableModel, match="is external"):
        make({"a": ("openai", "1")}).complete(PROMPT, Said, zone="local")
    assert server.asked == []


def test_the_budget_is_reserved_before_the_call(make: Make, server: Models) -> None:
    router = make({"a": ("openai", "100")}, budget_usd_per_run=Decimal("0.0001"))
    with pytest.raises(errors.SpendExceeded):
        router.complete(PROMPT, Said)
    assert (server.asked, router.state.spent("run")) == ([], 0)


def test_a_quarantined_model_is_left_out(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1"), "b": ("gemini", "2")})
    router.state.hold("quarantined", "a", clock.now() + 1000, "two bad nights")
    assert router.complete(PROMPT, Said).model == "b"
    router.state.release("quarantined", "a")
    assert router.complete(PROMPT, Said, fresh=True).model == "a"


def test_a_nested_form_is_written_out_for_wires_that_know_no_references() -> None:
    form = plain(Outer.model_json_schema())
    inner = form["properties"]["parts"]["items"]
    assert inner["required"] == ["kind"] and inner["additionalProperties"] is False
    assert "$ref" not in str(form) and "additionalProperties" not in str(plain(Outer.model_json_schema(), closed=False))
    with pytest.raises(errors.RouterError, match="contains itself"):
        plain(Endless.model_json_schema())


@pytest.mark.parametrize("wire", WIRES)
def test_temperature_is_zero_but_for_models_that_refuse_one(wire: str, make: Make, server: Models) -> None:
    make({"a": (wire, "1")}).complete(PROMPT, Said)
    assert '"temperature":0' in server.bodies[0].replace(" ", "")


def test_reading_makes_no_file_and_a_made_one_is_closed_to_others(tmp_path: Path) -> None:
    state = State(tmp_path / "deep" / "router.db")
    assert (state.holds(0), state.spent("r"), state.answer("k"), state.failures("a")) == ([], 0, None, 0)
    assert not state.path.exists()
    state.hold("cooling", "a", 10, "why")
    assert state.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.path.parent.iterdir()] == ["router.db"]


def test_a_damaged_state_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "router.db").write_bytes(b"no database" * 100)
    with pytest.raises(errors.StateError, match="remove it"):
        State(tmp_path / "router.db").holds(0)


def test_a_hold_of_another_process_stops_the_second_question(make: Make, server: Models, clock: Clock) -> None:
    router = make({"a": ("openai", "1"), "b": ("gemini", "2")})
    server.faults["a"] = ["wrong_fields"]
    server.watch = lambda model: router.state.hold("cooling", "a", clock.now() + 300, "elsewhere")
    assert router.complete(PROMPT, Said).model == "b"
    assert [model for model, _ in server.asked] == ["a", "b"]


def test_what_may_stay_local_is_asked_there_without_a_key(make: Make, server: Models) -> None:
    router = make({"a": ("openai", "1")}, environment={})
    providers = router.registry.providers
    providers["openai"] = providers["openai"].model_copy(update={"data_zone": "local", "key_env": None})
    assert router.complete(PROMPT, Said, zone="local").model == "a"
    assert server.wrong == ["openai: path or key"]  # which is what the server says of a call without a key
    server.wrong.clear()
