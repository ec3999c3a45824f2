"""What one model did with the golden set on one night."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["judged", "gone", "unavailable"]


class Trial(BaseModel):
    """`model`: its id at the provider. `prompt`, `items`: what was asked, by version and digest.

    `answered`: items that the model could be asked, and `usd` what that cost. `scores`: of each item, 0 to 1; with the
    other figures only where the outcome is judged. `valid`: share of first answers that had the asked form.
    `latency_ms`: median of a first answer. `why`: in words, where it is not judged.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    model: str
    prompt: str
    items: str
    outcome: Outcome
    answered: int = 0
    usd: float = 0.0
    scores: tuple[float, ...] = ()
    valid: float = 0.0
    exact: float = 0.0
    text: float = 0.0
    forbidden: int = 0
    latency_ms: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    why: str = ""

    @property
    def usd_per_item(self) -> float:
        return self.usd / max(self.answered, 1)

    @property
    def mean(self) -> float:
        return sum(self.scores) / max(len(self.scores), 1)
