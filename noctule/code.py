"""The code that a guarantee rests on, by digest: named by each fit, and by each audit."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import noctule

# What a guarantee rests on beside our own code and the interpreter.
PACKAGES = ("numpy", "opendp", "pyarrow", "dp-accounting", "smartnoise-synth", "mbi", "torch")


@cache
def code_digest() -> str:
    """SHA-256 (hex) over noctule's source, the interpreter's version and those of PACKAGES."""
    root = Path(noctule.__file__).parent
    parts = [platform.python_version(), *(f"{name} {version(name)}" for name in PACKAGES)]
    for path in sorted(root.rglob("*.py")):
        parts.append(f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
