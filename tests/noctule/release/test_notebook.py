"""The starter notebook has the form of its standard, and runs beside the files of a release alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.release.notebook import notebook

RUN = """
import json, sys
cells = json.load(open("starter.ipynb", encoding="utf-8"))["cells"]
names = {}
for cell in cells:
    if cell["cell_type"] == "code":
        exec(cell["source"], names)
print(sorted({"pandas", "noctule"} & set(sys.modules)))
"""


def test_it_runs_cell_by_cell_with_pandas_and_a_copy_of_the_folder(published: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(published, tmp_path / "copy")
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-I", "-c", RUN], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['pandas']" and "count  error" in done.stdout


@pytest.mark.parametrize("suitable", [None, {"columns": {}, "pairs": []}])
def test_the_form_of_nbformat_4_5(contract: Contract, suitable: dict[str, Any] | None) -> None:
    made = json.loads(json.dumps(notebook(contract, {"release": "r"}, suitable)))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids) >= 6
    for cell in made["cells"]:
        keys = {"id", "cell_type", "metadata", "source"}
        assert cell.keys() == keys | ({"outputs", "execution_count"} if cell["cell_type"] == "code" else set())
