"""The architecture's rules, read off the source and off a fresh process."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["torch", "jax", "snsynth", "snsql", "mbi", "opacus", "sdmetrics", "great_expectations", "sklearn", "pandas",
         "matplotlib", "opendp", "faker"]  # fmt: skip


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module a file imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def loaded_by(module: str) -> list[str]:
    code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("module", ["pipelines.definitions", "noctule.cli", "noctule.refresh"])
def test_loading_imports_nothing_heavy(module: str) -> None:
    assert loaded_by(module) == []


def test_the_ledger_imports_no_database_before_it_is_opened() -> None:
    code = "import sys, noctule.ledger; print(*{'sqlalchemy', 'psycopg', 'dp_accounting', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_library_does_not_know_dagster() -> None:
    guilty = [path for path in sources("noctule") if any(m.split(".")[0] == "dagster" for m in imports(path))]
    assert guilty == []


def test_the_library_does_not_know_the_application() -> None:
    application = {"assets", "pipelines", "resources"}
    guilty = [path for path in sources("noctule") if any(m.split(".")[0] in application for m in imports(path))]
    assert guilty == []


def test_assets_do_not_import_pipelines() -> None:
    guilty = [path for path in sources("assets", "resources") if any(m.startswith("pipelines") for m in imports(path))]
    assert guilty == []


def test_nothing_is_pickled() -> None:
    pickles = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    guilty = [p for p in sources("noctule", "assets", "pipelines", "resources") if imports(p) & pickles]
    assert guilty == []


def test_no_string_selections() -> None:
    """On antlr 4.9.3, which smartnoise-sql pins, Dagster's parser of string selections dies at run time."""
    guilty: list[str] = []
    for path in sources("assets", "pipelines", "resources"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("selection", "target", "asset_selection"):
                literals = [n for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                if isinstance(node.value, ast.Constant | ast.List | ast.JoinedStr | ast.Tuple) and literals:
                    guilty.append(f"{path}:{node.value.lineno}")
            if isinstance(node, ast.Attribute) and node.attr == "from_string":
                guilty.append(f"{path}:{node.lineno}")
    assert guilty == []
