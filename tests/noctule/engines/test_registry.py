"""Which engines are offered; every other name is answered with its reason."""

import pytest

from noctule.engines.registry import engine
from noctule.errors import UsageError


@pytest.mark.parametrize("name", ["adaptive", "mst", "aim", "dp-ctgan"])
def test_an_offered_engine_knows_its_name(name: str) -> None:
    assert engine(name).name == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mwem", "exact histogram"),
        ("dpgan", "Poisson"),
        ("dpctgan", "category frequencies"),
        ("patectgan", "no DP at all"),
        ("pategan", "teachers"),
        ("pacsynth", "keeps the raw table"),
        ("quail", "without noise"),
    ],
)
def test_an_unsound_engine_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=f"{name}' is refused: .*{reason}") as caught:
        engine(name)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", "MST", "ctgan"])
def test_an_unknown_engine_lists_what_there_is(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no engine.*\n.*mst"):
        engine(name)
