"""Whatever the servers do: no call to a model on hold, no more money than the budget, one order."""

import subprocess
import sys
import threading
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noctule.router import Router, State, errors
from noctule.router.choose import Need, plan
from noctule.router.registry import NANO, Registry
from tests.noctule.router.conftest import ENVIRONMENT, PROMPT, Clock, Said, registry_of
from tests.noctule.router.server import Models

MODELS = {"a": ("openai", "1"), "b": ("anthropic", "2"), "c": ("gemini", "3"), "d": ("openai", "4")}
FAULTS = st.sampled_from(
    [
        "ok",
        "429",
        "429/3",
        "429/40",
        "503",
        "500",
        "401",
        "404",
        "400",
        "reset",
        "html",
        "truncated",
        "wrong_fields",
        "empty",
    ]
)
PLANS = st.fixed_dictionaries({name: st.lists(FAULTS, min_size=1, max_size=4) for name in MODELS})
SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SOME
@given(plans=PLANS, budget=st.integers(0, 20_000_000), pauses=st.lists(st.sampled_from([0, 2, 31, 400]), max_size=4))
def test_no_call_on_hold_and_none_past_the_budget(
    server: Models, plans: dict[str, list[str]], budget: int, pauses: list[int]
) -> None:
    usd = Decimal(budget) / NANO
    server.faults = {name: list(plan) for name, plan in plans.items()}
    clock = Clock()
    with TemporaryDirectory() as folder:
        state = State(Path(folder) / "router.db")
        too_early: list[str] = []

        def watch(model: str) -> None:
            provider = MODELS[model][0]
            too_early.extend(hold.name for hold in state.holds(clock.now()) if hold.name in (model, provider))

        server.watch = watch
        with Router(
            registry_of(server.url, MODELS, budget_usd_per_run=usd),
            state,
            run="r",
            environment=ENVIRONMENT,
            clock=clock,
        ) as router:
            for pause in [0, *pauses]:
                clock.moment += pause
                slept = len(clock.slept)
                with suppress(errors.RouterError):
                    router.complete(PROMPT, Said, fresh=True)
                assert sum(clock.slept[slept:]) <= router.registry.policy.deadline_s
        assert too_early == []
        assert state.spent("r") <= budget


@SOME
@given(order=st.permutations(list(MODELS)), price=st.sampled_from(["1", "0"]))
def test_the_order_does_not_hang_on_the_file(order: list[str], price: str) -> None:
    def named(names: list[str]) -> list[str]:
        registry = registry_of("http://127.0.0.1:1", {name: (MODELS[name][0], price) for name in names})
        return [one.name for one in plan(registry, Need(frozenset()), keyed=set(registry.providers), holds=[], now=0)]

    assert named(order) == sorted(MODELS)


def test_threads_that_share_a_run_share_its_budget(server: Models, tmp_path: Path) -> None:
    registry = registry_of(server.url, {"a": ("openai", "1")}, budget_usd_per_run=Decimal("0.005"))
    refusals: list[str] = []

    def work() -> None:
        with Router(registry, State(tmp_path / "router.db"), run="r", environment=ENVIRONMENT) as router:
            for _ in range(12):
                try:
                    router.complete(PROMPT, Said, fresh=True)
                except errors.SpendExceeded as error:
                    refusals.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals
    assert State(tmp_path / "router.db").spent("r") == len(server.asked) * 120_000 <= 5_000_000


PROCESS = """
import sys
from pathlib import Path
from noctule.router import Registry, Router, State, errors
from tests.noctule.router.conftest import ENVIRONMENT, PROMPT, Said
registry = Registry.model_validate_json(sys.argv[1])
with Router(registry, State(Path(sys.argv[2])), run="r", environment=ENVIRONMENT) as router:
    for _ in range(20):
        try:
            router.complete(PROMPT, Said, fresh=True)
        except errors.RouterError as error:
            print(type(error).__name__)
"""


def _processes(registry: Registry, path: Path) -> list[str]:
    command = [sys.executable, "-c", PROCESS, registry.model_dump_json(), str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=60) for process in running]
    assert [err for _, err in told] == ["", ""]
    return [word for out, _ in told for word in out.split()]


def test_processes_share_the_budget(server: Models, tmp_path: Path) -> None:
    registry = registry_of(server.url, {"a": ("openai", "1")}, budget_usd_per_run=Decimal("0.004"))
    assert set(_processes(registry, tmp_path / "router.db")) == {"SpendExceeded"}
    assert State(tmp_path / "router.db").spent("r") == len(server.asked) * 120_000 <= 4_000_000


def test_processes_share_a_cooldown(server: Models, tmp_path: Path) -> None:
    server.faults = {"a": ["429/300"]}
    registry = registry_of(server.url, {"a": ("openai", "1"), "b": ("gemini", "2")})
    assert _processes(registry, tmp_path / "router.db") == []
    asked = [model for model, _ in server.asked]
    assert 1 <= asked.count("a") <= 2  # both may have asked before the first answer came
    assert asked.count("b") == 40
