"""Noctule: differentially private synthetic tables every night, and the proof of what each night cost."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from noctule.release.load import load, passport

__all__ = ["load", "passport"]


def __getattr__(name: str) -> Any:
    """`noctule.load` and `noctule.passport`, fetched when asked for: to import noctule imports nothing else."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from noctule.release import load

    return getattr(load, name)
