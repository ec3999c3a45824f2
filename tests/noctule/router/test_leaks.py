"""Keys and prompts are in no error, traceback, log, file or repr, also when a server echoes them."""

import logging
import traceback
from pathlib import Path

import pytest

from noctule.router import errors
from noctule.router.redact import keys, redact
from tests.noctule.router.conftest import ENVIRONMENT, PROMPT, SECRET_WORDS, WIRES, Make, Said, registry_of
from tests.noctule.router.server import KEY, Models
from tests.noctule.router.test_faults import FAULTS


@pytest.mark.parametrize("wire", WIRES)
def test_no_fault_tells_the_key_or_the_prompt(
    wire: str, make: Make, server: Models, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    for fault in [*FAULTS, "echo_header", "ok"]:
        name = f"m-{fault.replace('/', '-')}"
        router = make({name: (wire, "1")}, run=name, deadline_s=1)
        server.faults[name] = [fault]
        try:
            told.append(repr(router.complete(PROMPT, Said, fresh=True)))
        except errors.RouterError as error:
            inside = error.__traceback__ and error.__traceback__.tb_next  # our frames, without this one and its list
            shown = traceback.TracebackException(type(error), error, inside, capture_locals=True)
            told += [str(error), repr(error), repr(vars(error)), "".join(shown.format())]
            assert error.__cause__ is None
        told += [repr(router), repr(vars(router)), repr(router.registry)]
        router.state.release("benched", wire)
    assert len(server.asked) >= len(FAULTS)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("router.db*"))
    assert files and caplog.messages and told
    for kept in (*told, *caplog.messages, files.decode(errors="replace")):
        assert KEY not in kept
        assert "sk-test" not in kept
    for kept in (*caplog.messages, files.decode(errors="replace")):
        assert SECRET_WORDS not in kept
    assert not any("RAW-VALUE" in kept for kept in (*caplog.messages, files.decode(errors="replace")))


@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_holds_no_word_of_prompt_or_answer(fault: str, make: Make, server: Models) -> None:
    router = make({"a": ("openai", "1")}, deadline_s=0.5)
    server.faults["a"] = [fault]
    with pytest.raises(errors.RouterError) as caught:
        router.complete(PROMPT, Said)
    said = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not any(word in said for word in (KEY, SECRET_WORDS, "RAW-VALUE", "you sent", "forty"))


def test_a_key_that_no_header_can_carry_counts_as_none() -> None:
    registry = registry_of("http://127.0.0.1:1", {"a": ("openai", "1")})
    assert (
        keys(registry, {"TEST_KEY": "two words"})
        == keys(registry, {"TEST_KEY": "schlüssel"})
        == keys(registry, {})
        == {}
    )
    assert keys(registry, {"TEST_KEY": f"{KEY}\n"})["openai"].get_secret_value() == KEY


def test_redaction_takes_every_key_out() -> None:
    keys(registry_of("http://127.0.0.1:1", {}), ENVIRONMENT)
    assert redact(f"a {KEY} b {KEY}") == "a [key] b [key]"


def test_a_redirect_is_not_followed_and_no_url_holds_the_key(make: Make, server: Models) -> None:
    router = make({"a": ("gemini", "1")}, deadline_s=0.5)
    server.faults["a"] = ["302"]
    with pytest.raises(errors.AllModelsFailed):
        router.complete(PROMPT, Said)
    assert len(server.asked) == 1
