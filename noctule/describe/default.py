"""The describer of a deployment that names no model: a glossary, or else the words of the name. Free, and offline."""

from collections.abc import Sequence
from pathlib import Path

from noctule.describe.describe import Describer, Suggestion
from noctule.describe.facts import Facts
from noctule.describe.glossary import load
from noctule.describe.offline import describe


def offline(root: Path | None = None) -> Describer:
    """With our glossaries, and before them those in glossaries/ of the deployment. Raises UsageError for a bad one."""
    glossary = load(root / "glossaries" if root else None)

    def suggest(asked: Sequence[Facts]) -> list[Suggestion]:
        return [Suggestion(*describe(facts, glossary)) for facts in asked]

    return Describer(f"offline {glossary.digest}", suggest)
