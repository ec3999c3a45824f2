"""The form of one column's description, whoever gives it: a person, the glossary or a model."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST = 240  # characters of a description

SemanticType = Literal[
    "identifier", "name", "contact", "place", "date", "time", "duration", "age", "count", "amount", "rate",
    "measurement", "score", "category", "code", "flag", "text", "weight", "other",
]  # fmt: skip
Sensitivity = Literal["direct_identifier", "quasi_identifier", "sensitive", "ordinary"]


class Description(BaseModel):
    """`unit`: of the values, empty where they have none. `confidence`: 0 to 1, the describer's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    description: str = Field(min_length=1, max_length=LONGEST)
    semantic_type: SemanticType = "other"
    unit: str = Field(default="", max_length=40)
    sensitivity: Sensitivity = "ordinary"
    confidence: float = Field(default=0.5, ge=0, le=1)
