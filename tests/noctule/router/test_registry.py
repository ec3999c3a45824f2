"""models.yaml: what is read, and what is refused with its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from noctule.router.choose import Need, plan
from noctule.router.errors import RegistryError
from noctule.router.registry import Capability, Tokens, Zone, load, parse
from noctule.router.state import Hold

SHIPPED = Path(__file__).parents[3] / "models.yaml"
TEXT = """
version: 1
as_of: 2026-11-24
providers:
  far: {wire: openai, base_url: "https://example.org/v1", key_env: FAR_KEY, data_zone: external}
  near: {wire: openai, base_url: "${NEAR_URL:-http://127.0.0.1:8000/v1}", data_zone: local}
models:
  big:
    {provider: far, model: "big-1", capabilities: [text, structured, vision], usd_per_mtok: {input: 0.1, output: 2},
     context: 1000}
  old:
    {provider: far, model: "old-1", capabilities: [text, structured], usd_per_mtok: {input: 1, output: 1},
     context: 1000, retires_on: 2026-01-01}
  own: {provider: near, model: "own", capabilities: [text], usd_per_mtok: {input: 0, output: 0}, context: 100}
"""
NOW = 1_795_000_000.0  # November 2026


def test_the_shipped_registry_is_read() -> None:
    """Without a server of the house, whose lines are comments: nobody is asked by chance of what listens there."""
    registry = load(SHIPPED, {})
    assert all(provider.key_env for provider in registry.providers.values())
    assert {provider.wire for provider in registry.providers.values()} == {"openai", "anthropic", "gemini"}


def test_money_is_decimal_and_rounded_up() -> None:
    registry = parse(TEXT, "models.yaml", {})
    price = registry.models["big"].usd_per_mtok
    assert price.input == Decimal("0.1")
    assert price.of(Tokens(1, 0)) == 100
    assert price.model_copy(update={"input": Decimal("0.0001")}).of(Tokens(1, 0)) == 1
    assert registry.models["old"].retires_on == date(2026, 1, 1)
    assert registry.providers["near"].base_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('model: "big-1"', "model: 429", "models.big.model", "quote it"),
        ("context: 100}", "context: 100, colour: red}", "models.own.colour", "unknown key"),
        (", context: 100}", "}", "models.own.context", "missing"),
        ("[text]", "[smell]", "models.own.capabilities.0", "should be"),
        ("provider: near", "provider: nowhere", "", "models.own.provider is not among providers"),
        ("  own:", "  big:", "line 14", "stands twice"),
        ("version: 1", "version: 2", "version", "should be 1"),
        ("version: 1", "version: true", "version", "should be 1"),
        ("key_env: FAR_KEY", "key_env: sk-secret-1", "providers.far.key_env", "match"),
        ("key_env: FAR_KEY, ", "", "providers.far", "key_env is missing"),
        ("https://example.org/v1", "http://example.org/v1", "providers.far", "https"),
        ("https://example.org/v1", "https://me:sk-secret-1@example.org", "providers.far", "no user, key"),
        ("https://example.org/v1", "https://example.org/?key=sk-secret-1", "providers.far", "no user, key"),
        ("input: 0.1", "input: -1", "models.big.usd_per_mtok.input", "greater than"),
        ("input: 0.1", "input: .nan", "models.big.usd_per_mtok.input", "decimal"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, place: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(RegistryError) as caught:
        parse(TEXT.replace(old, new, 1), "models.yaml", {})
    said = str(caught.value)
    assert place in said and words in said and caught.value.where.startswith("models.yaml")
    assert "sk-secret-1" not in said
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("text", ["", "[]", "- a", "a: &x 1", "{", "version: 1"])
def test_what_is_no_registry_is_refused(text: str) -> None:
    with pytest.raises(RegistryError):
        parse(text, "models.yaml", {})


def skips(
    requires: str = "text",
    zone: Zone = "any",
    size: Tokens | None = None,
    left: int | None = None,
    *holds: Hold,
    key: bool = True,
) -> dict[str, str | None]:
    need = Need(frozenset(Capability(word) for word in requires.split(",")), zone, None, size)
    keyed = {"far"} if key else set[str]()
    rows = plan(parse(TEXT, "f", {}), need, keyed=keyed, holds=holds, now=NOW, left=left)
    return {row.name: row.skipped for row in rows}


def test_each_model_that_is_skipped_says_why() -> None:
    assert skips() == {"own": None, "big": None, "old": "retired on 2026-01-01"}
    assert list(skips()) == ["own", "big", "old"]
    assert skips("structured,text")["own"] == "lacks structured"
    assert skips(zone="local")["big"] == "zone: is external"
    assert skips(key=False)["big"] == "no key in FAR_KEY"
    assert skips(size=Tokens(90, 20))["own"] == "context too small: 100 tokens"
    assert skips(size=Tokens(50, 50), left=100)["big"] == "over budget: 0.0000 USD are left"
    until = NOW + 60
    cooling = Hold("cooling", "own", until, "RateLimited", 1)
    assert skips("text", "any", None, None, cooling)["own"] == "cooling until 2026-11-18 11:07:40 UTC (RateLimited)"
    benched = Hold("benched", "far", until, "AuthFailed", 1)
    assert (skips("text", "any", None, None, benched)["big"] or "").startswith("benched until")
    other = Hold("quarantined", "big", until, "two bad nights", 1)
    assert (skips("text", "any", None, None, other)["big"] or "").endswith("(two bad nights)")
