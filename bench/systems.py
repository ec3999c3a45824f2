"""What is compared: our engines, the rivals in environments of their own, and how each is run."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class System:
    """One row of the table. `venv`: its environment below bench/.venvs, made from requirements/NAME.txt; ours if None.

    `cap`: CPU seconds after which a run is stopped and recorded as DNF.
    """

    runner: str
    options: dict[str, Any] = field(default_factory=dict)
    venv: str | None = None
    ours: bool = False
    private: bool = True
    cap: int = 1_200
    note: str = ""


SYSTEMS = {
    "adaptive": System("run_ours.py", {"engine": "adaptive"}, ours=True),
    "mst": System("run_ours.py", {"engine": "mst"}, ours=True),
    "aim": System("run_ours.py", {"engine": "aim"}, ours=True),
    "closed-form": System("run_ours.py", {"engine": "closed-form"}, ours=True, note="one shot, after dpsynth's SWIFT"),
    "smartnoise-mst": System("run_smartnoise.py", {"synthesizer": "mst"}, note="reads categories off the rows, unpaid"),
    "smartnoise-aim": System("run_smartnoise.py", {"synthesizer": "aim"}, note="reads categories off the rows, unpaid"),
    "dpmm-mst": System("run_dpmm.py", {"pipeline": "mst"}, venv="dpmm"),
    "dpmm-aim": System(
        "run_dpmm.py",
        {"pipeline": "aim", "more": {"max_model_size": 4, "gen_kwargs": {"n_iters": 200}}},
        venv="dpmm",
        note="max_model_size 4, 200 iterations",
    ),
    "dpmm-aim-default": System("run_dpmm.py", {"pipeline": "aim"}, venv="dpmm", note="as shipped"),
    "dpmm-privbayes": System("run_dpmm.py", {"pipeline": "privbayes"}, venv="dpmm"),
    "opendp-aim": System("run_opendp.py", venv="opendp", note="AIM on mbi 1.0.0, as opendp[mbi] ships it"),
    "sdv-copula": System("run_sdv.py", venv="sdv", private=False, note="NOT private"),
}


def python_of(system: System) -> Path:
    """The interpreter that runs `system`; its environment is made when it is not there yet.

    Raises RuntimeError, with the package manager's last line, when it cannot be made.
    """
    if system.venv is None:
        return Path(sys.executable)
    folder = HERE / ".venvs" / system.venv
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        wheels = HERE / "requirements" / f"{system.venv}.txt"
        make, fill = [sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", "-r", wheels]
        for words in (make, fill):
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{system.venv} cannot be installed: {done.stderr.strip().splitlines()[-1]}")
        ready.touch()
    return python
