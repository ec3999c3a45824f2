"""Language models as describers, for the columns that no glossary knows: told public facts, and believed in nothing.

A model's words are a suggestion. The declared unit is kept, its text must be short and about the column it was asked
for, and what it leaves out, or gets wrong, is described offline instead.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from noctule.contract import Contract
from noctule.contract.columns import ExternalLlm
from noctule.describe.answer import LONGEST, Description
from noctule.describe.describe import Describer, Suggestion
from noctule.describe.entries import Asked
from noctule.describe.facts import Facts, at_level, schema_facts
from noctule.describe.released import Released, tellable
from noctule.router import Completion, Prompt, Router, Tokens
from noctule.router.errors import RouterError
from noctule.router.registry import NANO

log = logging.getLogger(__name__)

VERSION = "prompt 2"
BATCH = 12  # columns a question: one set of instructions for many, and a failed question loses few
TOKENS = Tokens(90, 70)  # of one column, about: what is told, and what is answered
SYSTEM = f"""\
You describe columns of a table for people who will read it. You are told public facts about each column: its name and
its table, perhaps its type, unit, bounds and allowed values. You see no rows: statistics are noisy, and samples are
made up by a model of the table. For each column answer one plain sentence
of at most {LONGEST} characters that says what one value means. Use the declared unit and no other. Where the facts do
not tell what a column is, say so and give a low confidence; do not guess. Do not repeat bounds or lists of values.
Answer every column, by its exact name, and no other.
"""
# A refusal, a link or a second line is no description.
FORBIDDEN = re.compile(r"as an ai\b|language model|i cannot|i can't|https?://|[\r\n<>`]", re.IGNORECASE)

Zone = Literal["any", "local"]


def _sound(rows: Any) -> Any:
    """Without the rows that are no description, which are asked for again alone; none is left out if all are bad."""
    if not isinstance(rows, list):
        return rows
    return [row for row in cast("list[Any]", rows) if _is_description(row)] or rows


def _is_description(row: Any) -> bool:
    try:
        Description.model_validate(row)
    except ValidationError:
        return False
    return True


class Answers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: Annotated[list[Description], BeforeValidator(_sound)]


def question(facts: Sequence[Facts]) -> tuple[Prompt, Tokens]:
    """What a model is asked about these columns, and the tokens to expect of it."""
    told = [one.model_dump(mode="json", exclude_defaults=True) for one in facts]
    expected = Tokens(300 + TOKENS.input * len(facts), TOKENS.output * len(facts))
    prompt = Prompt(SYSTEM, json.dumps(told, ensure_ascii=False), VERSION, max_tokens=200 + 2 * expected.output)
    return prompt, expected


@dataclass
class Asking:
    """Suggestions by the models of a registry. `asked`: HTTP requests made so far.

    `released`: what a published release tells of columns; called once, and only if a model may be told of it.
    """

    router: Router
    contract: Contract
    offline: Describer
    released: Callable[[], Mapping[str, Released]] = dict
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    asked: int = 0

    @property
    def usd(self) -> float:
        """Spent so far; stored answers cost nothing again."""
        return self.router.state.spent(self.router.run) / NANO

    @property
    def describer(self) -> Describer:
        return Describer(f"{VERSION}, {self.offline.version}", self._suggest)

    def _suggest(self, facts: Sequence[Facts]) -> list[Suggestion]:
        """A glossary's words are curated and free, so they stand; models are asked for what only the name would tell.

        What they could not answer keeps the version of the offline describer, and is asked for again next time.
        """
        known = {made.description.column: made for made in self.offline.suggest(facts)}
        unsure = [one for one in facts if known[one.column].source == "name only"]
        for one in unsure:
            known[one.column] = replace(known[one.column], version=self.offline.version)
        if not unsure or not self._anybody():
            return [known[one.column] for one in facts]
        for zone, told in self._told(unsure):
            for batch in (told[start : start + BATCH] for start in range(0, len(told), BATCH)):
                known |= self._answers(batch, zone)
        return [known[one.column] for one in facts]

    def _anybody(self) -> bool:
        """Whether a model could be asked, now or when what holds it ends; nobody, where that cannot be known."""
        try:
            return any(one.skipped is None or one.until is not None for one in self.router.plan())
        except RouterError as error:
            log.warning("no model is asked: %s", error)
            return False

    def _told(self, unsure: Sequence[Facts]) -> Iterator[tuple[Zone, list[Facts]]]:
        """What may be told outside; and what may not, in full to models of the house alone."""
        reduced = [(one, at_level(self._with_released(one), self._level(one))) for one in unsure]
        yield "any", [told for _, told in reduced if told is not None]
        yield "local", [one for one, told in reduced if told is None]

    def _level(self, facts: Facts) -> ExternalLlm:
        return self.contract.llm_level(self.contract.column(facts.column))

    def _with_released(self, facts: Facts) -> Facts:
        if not self._tellable(facts.column) or (more := self._release.get(facts.column)) is None:
            return facts
        return facts.model_copy(update=more._asdict())

    def _tellable(self, column: str) -> bool:
        return tellable(self.contract, self.contract.column(column))

    @cached_property
    def _release(self) -> Mapping[str, Released]:
        return self.released()

    def _answers(self, facts: list[Facts], zone: Zone) -> dict[str, Suggestion]:
        """By column; those that were left out are asked for once more by themselves."""
        found: dict[str, Suggestion] = {}
        for _ in range(2):
            missing = [one for one in facts if one.column not in found]
            if not missing:
                break
            try:
                found |= self._question(missing, zone)
            except RouterError as error:
                self.asked += len(error.attempts)
                log.info("%d columns are described offline: %s", len(missing), type(error).__name__)
                break
        return found

    def _question(self, facts: list[Facts], zone: Zone) -> dict[str, Suggestion]:
        prompt, expected = question(facts)
        done = self.router.complete(prompt, Answers, zone=zone, expected=expected)
        self.asked += len(done.attempts)
        cost, asked = self._cost(done, len(facts)), {one.column for one in facts}
        return {
            said.column: Suggestion(self._with_declared_unit(said), done.model, cost, self._version(said.column))
            for said in done.value.columns
            if said.column in asked and not FORBIDDEN.search(said.description)
        }

    def _version(self, column: str) -> str:
        """Words that a release could make better are asked for again, once there is one."""
        return self.offline.version if self._tellable(column) and column not in self._release else ""

    def _with_declared_unit(self, said: Description) -> Description:
        declared = schema_facts(self.contract, self.contract.column(said.column)).unit
        return said.model_copy(update={"unit": declared}) if declared else said

    def _cost(self, done: Completion[Answers], columns: int) -> Asked:
        """A column's share of one question."""
        return Asked(
            model=done.model,
            usd=float(done.usage.usd) / columns,
            tokens=(done.usage.input_tokens + done.usage.output_tokens) // columns,
            cached=done.cached,
            prompt_version=done.prompt_version,
            at=self.today(),
        )
