"""From a model's text to a value of the asked form, or the reason why not; never a word of the text itself."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from noctule.router.errors import BadOutput
from noctule.router.messages import Reply
from noctule.router.redact import redact

TOLD = 20  # problems that a second question lists
FENCED = re.compile(r"\s*```[A-Za-z]*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)

T = TypeVar("T", bound=BaseModel)


def read(reply: Reply, schema: type[T]) -> T:
    """Raises BadOutput."""
    if reply.refused:
        raise BadOutput("refusal", again=False)
    if reply.truncated:
        raise BadOutput("truncated", again=False)  # the same limit would cut it again
    if not reply.text.strip():
        raise BadOutput("empty")
    fenced = FENCED.fullmatch(reply.text)
    return parse(fenced[1] if fenced else reply.text, schema)


def parse(text: str, schema: type[T]) -> T:
    """Raises BadOutput."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadOutput("not_json") from None
    try:
        value = schema.model_validate(content)
        said = value.model_dump_json()
    except ValidationError as error:
        problems = tuple(_problem(schema, one) for one in error.errors(include_input=False, include_context=False))
    except ValueError:  # such as half a surrogate pair, which no file can hold
        problems = ("the answer: not_unicode",)
    else:
        if redact(said) == said:
            return value
        problems = ("the answer: holds_a_key",)
    raise BadOutput("schema", problems[:TOLD])


def _problem(schema: type[BaseModel], error: ErrorDetails) -> str:
    """Path and type. A key that the model made up is its own text and is not repeated."""
    known = json.dumps(schema.model_json_schema())
    steps = [str(step) if isinstance(step, int) or f'"{step}"' in known else "?" for step in error["loc"]]
    return f"{'.'.join(steps) or 'the answer'}: {error['type']}"
