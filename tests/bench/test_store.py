"""Runs survive a stop, and the last of a key counts."""

from pathlib import Path

from bench import store
from bench.report import medians

RUN = {"system": "mst", "table": "adult", "epsilon": 0.1, "delta": 1e-5, "seed": 0, "status": "ok", "tvd2": 0.1}


def test_the_last_run_of_a_key_counts(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "runs.jsonl"
    store.append(file, RUN)
    store.append(file, RUN | {"tvd2": 0.2})
    store.append(file, RUN | {"seed": 1})
    assert store.read([tmp_path / "none.jsonl", file])[store.key(RUN)]["tvd2"] == 0.2
    assert len(store.read([file])) == 2


def test_a_line_cut_off_is_no_run(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    store.append(file, RUN)
    file.write_text(file.read_text() + '{"system": "ms')
    assert list(store.read([file]).values()) == [RUN]


def test_medians_are_over_finished_runs() -> None:
    runs = [RUN, RUN | {"tvd2": 0.3}, RUN | {"tvd2": 0.2}, RUN | {"status": "dnf", "reason": "stopped", "cap": 9}]
    assert medians(runs)["tvd2"] == 0.2
    assert "tvd2" not in medians(runs[3:])


def test_a_stopped_run_is_made_again_only_with_more_time() -> None:
    stopped = RUN | {"status": "dnf", "reason": "stopped at 60 CPU s", "cap": 60}
    assert store.stands(RUN, 600)
    assert store.stands(stopped, 60)
    assert not store.stands(stopped, 61)
    assert not store.stands(RUN | {"status": "failed", "reason": "no wheel"}, 60)
