"""The shape of the deployment: a reviewer sees in the snapshot what a change adds, drops or rewires."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from assets.router import CHECKS as TRIAL
from pipelines.definitions import ROOT, build, defs

STEPS = ["descriptions", "raw", "pii", "synthesizer", "synthetic", "evaluation", "release"]


@pytest.fixture(scope="module")
def graph() -> Any:
    return defs.resolve_asset_graph()


def test_definitions(graph: Any, snapshot: SnapshotAssertion) -> None:
    nodes = {
        node.key.to_user_string(): {
            "after": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "kinds": sorted(node.kinds),
            "owners": sorted(node.owners),
            "checks": sorted(key.name for key in node.check_keys),
            "pools": sorted(node.pools or []),
        }
        for node in graph.asset_nodes
    }
    schedules = {s.name: [s.cron_schedule, s.execution_timezone, s.job_name] for s in defs.schedules or []}
    assert {"assets": nodes, "schedules": schedules, "sensors": [s.name for s in defs.sensors or []]} == snapshot


def test_one_job_and_one_schedule_a_dataset_and_one_of_each_for_the_pages() -> None:
    names = {f"{path.stem}_nightly" for path in (ROOT / "datasets").glob("*.yaml")}
    names |= {"privacy_ledger", "privacy_audit", "router_evaluation"}
    assert {job.name for job in defs.jobs or []} == names
    assert {schedule.job_name for schedule in defs.schedules or []} == names
    assert len(defs.schedules or []) == len(names)


def test_nothing_is_partitioned_or_retried(graph: Any) -> None:
    """A backfill or a retry must never multiply epsilon."""
    for node in graph.asset_nodes:
        assert node.partitions_def is None
        assert node.backfill_policy is None
    for assets in defs.assets or []:
        assert isinstance(assets, dg.AssetsDefinition)
        assert assets.op.retry_policy is None


def test_checks_of_raw_rows_and_gates_block(graph: Any) -> None:
    """The others only tell: at the cap the ledger itself refuses, an unsound one grants nothing, and a failed audit
    keeps back releases in code."""
    blocking = {key.name: graph.get_check_spec(key).blocking for key in graph.asset_check_keys}
    told = dict.fromkeys(("budget", "sound", "adaptive", "domain_and_noise", *TRIAL), False)
    gates = dict.fromkeys(("gate_schema", "gate_validity", "gate_tvd2"), True)
    assert blocking == {"contract_holds": True, "no_undeclared_pii": True} | gates | told


def test_descriptions_start_with_a_plain_line(graph: Any) -> None:
    for node in graph.asset_nodes:
        first = node.description.splitlines()[0]
        assert first and not set(first) & set("*`_#[")


def test_workspace_names_the_same_definitions() -> None:
    (location,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    named = location["python_file"]
    assert (ROOT / named["relative_path"]).resolve() == ROOT / "pipelines" / "definitions.py"
    assert named["attribute"] == "defs"


def test_a_table_is_added_by_one_text_file(tmp_path: Path) -> None:
    text = (ROOT / "datasets" / "patients.yaml").read_text()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "patients.yaml").write_text(text)
    (tmp_path / "datasets" / "visits.yaml").write_text(text.replace("name: patients\n", "name: visits\n", 1))
    graph = build(tmp_path).resolve_asset_graph()
    assert {tuple(key.path) for key in graph.get_all_asset_keys()} == {
        *((name, step) for name in ("patients", "visits") for step in STEPS),
        ("privacy", "ledger"),
        ("privacy", "audit"),
        ("router", "evaluation"),
    }
