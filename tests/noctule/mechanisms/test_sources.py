"""Where randomness comes from: noise only through OpenDP, numpy's generator only where nothing private is hidden."""

import ast
from pathlib import Path

import noctule

ROOT = Path(noctule.__file__).parent
SAMPLERS = {"engines/model.py", "engines/sampling.py", "engines/balance.py"}  # post-processing, seeded by design
PROBE = {"mechanisms/probe.py"}  # seeds the global generators, to see that no noise comes from them
STARTS = {"engines/adaptive.py", "engines/mixture.py", "engines/dp_ctgan.py"}  # of a fit, whatever the rows are


def _uses_a_generator(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(attr="random" | "default_rng" | "RandomState" | "PRNGKey"):
                return True
            case ast.Import(names=names) if any(name.name.split(".")[0] in ("random", "secrets") for name in names):
                return path.name != "bundle.py"  # names its temporary folder
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "random" or "random" in module:
                return True
            case _:
                pass
    return False


def test_no_noise_from_a_generator_that_can_be_seeded() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for package in ("mechanisms", "engines", "counts")
        for path in (ROOT / package).glob("**/*.py")
        if _uses_a_generator(path)
    }
    assert users == SAMPLERS | STARTS | PROBE


def test_contrib_is_enabled_in_one_place() -> None:
    assert [path.name for path in ROOT.glob("**/*.py") if "enable_features(" in path.read_text()] == ["opendp.py"]
