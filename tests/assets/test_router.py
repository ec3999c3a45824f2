"""The page of the models, on a real instance and a real server."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.router import CHECKS, evaluation
from noctule.home import Home
from resources.handles import JsonHandles
from resources.router import Models as Resource
from tests.noctule.golden.answers import saying
from tests.noctule.router.server import KEY, Models, serving
from tests.pipelines.test_descriptions import MODELS


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    with serving() as running:
        running.say = saying()
        (tmp_path / "models.yaml").write_text(MODELS.format(url=running.url))
        monkeypatch.setenv("DESCRIBE_TEST_KEY", KEY)
        yield running


def page(root: Path) -> dg.ExecuteInProcessResult:
    resources = {
        "models": Resource(home_path=str(root / "state"), root_path=str(root)),
        "io_manager": JsonHandles(folder=str(root / "handles")),
    }
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize([evaluation()], instance=instance, resources=resources, raise_on_error=False)


def test_the_page_shows_scores_checks_and_a_picture(server: Models, tmp_path: Path) -> None:
    done = page(tmp_path)
    assert {check.check_name: check.passed for check in done.get_asset_check_evaluations()} == dict.fromkeys(
        CHECKS, True
    )
    (made,) = done.asset_materializations_for_node("router__evaluation")
    told = {name: entry.value for name, entry in made.metadata.items()}
    assert told["router/lowest_score"] == 1 and told["router/usd"] > 0
    assert told["router/models"].records[0].data["model"] == "small" and "router/scores" in told


def test_the_last_model_lost_is_an_error_and_the_router_knows(server: Models, tmp_path: Path) -> None:
    server.faults = {"small": ["404"]}
    checks = {check.check_name: check for check in page(tmp_path).get_asset_check_evaluations()}
    assert not checks["alive"].passed and checks["alive"].severity == dg.AssetCheckSeverity.ERROR
    with Resource(home_path=str(tmp_path / "state"), root_path=str(tmp_path)).router() as router:
        (choice,) = router.plan()
    assert choice.skipped and "quarantined" in choice.skipped
    for path in Home(tmp_path / "state").root.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_without_models_the_page_says_so(tmp_path: Path) -> None:
    done = page(tmp_path)
    assert all(check.passed for check in done.get_asset_check_evaluations())
    assert {check.description for check in done.get_asset_check_evaluations()} >= {
        "no model has a key, so none was tried"
    }
