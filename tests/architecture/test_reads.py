"""The architecture of reads: one door to raw rows, and a short list of those who go through it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for folder in ("noctule", "assets", "resources", "pipelines") for path in (ROOT / folder).rglob("*.py")]


def using(pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in SOURCES if re.search(pattern, path.read_text())}


def importing(module: str, name: str) -> set[str]:
    """Files that import `name` from `module`."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == module and name in [one.name for one in node.names]
    }


def test_only_ingest_and_the_door_know_the_file_of_a_snapshot() -> None:
    assert importing("noctule.ingest.snapshot", "DATA") == {"noctule/ingest/ingest.py", "noctule/ingest/reads.py"}
    assert using(r"data\.parquet") == {"noctule/ingest/snapshot.py"}


def test_stored_rows_are_decoded_inside_ingest_alone() -> None:
    assert all(path.startswith("noctule/ingest/") for path in importing("noctule.ingest.parquet", "stored"))


def test_rows_are_made_by_the_door_alone() -> None:
    assert using(r"\bRows\(") == {"noctule/ingest/reads.py"}


def test_who_opens_rows_is_a_short_list() -> None:
    """A new one is a new step: it belongs in COVER and in docs/guarantee.md."""
    assert using(r"\bopened\(") - {"noctule/ingest/reads.py", "noctule/ingest/parquet.py"} == {
        "noctule/checks/verdict.py",
        "noctule/evaluation/evaluate.py",
        "noctule/refresh.py",
    }


def test_who_reads_a_source_file_is_a_short_list() -> None:
    """`noctule init --from-data` drafts a contract at a person's word; no night and no release does."""
    assert importing("noctule.ingest.delimited", "read_csv") == {"noctule/contract/peek.py", "noctule/ingest/ingest.py"}
    assert importing("noctule.ingest.parquet", "read_parquet") == {
        "noctule/contract/peek.py",
        "noctule/ingest/ingest.py",
    }
