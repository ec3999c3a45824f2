"""A JSON schema in the narrow form that OpenAI's strict mode and Gemini take: no references, every key required.

Limits such as a longest text are left out here, since not every server knows them; the answer is held against the whole
schema when it comes back.
"""

from typing import Any

from noctule.router.errors import RouterError

KEPT = ("type", "enum", "description", "items", "anyOf", "properties")
DEEPEST = 20


def plain(schema: dict[str, Any], *, closed: bool = True) -> dict[str, Any]:
    """`closed`: say that no further keys are allowed, for which Gemini has no word. Raises RouterError."""
    return _plain(schema, schema.get("$defs", {}), closed, 0)


def _plain(schema: dict[str, Any], definitions: dict[str, Any], closed: bool, depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        raise RouterError("the schema of the answer contains itself", fix="ask for a form of a fixed depth")

    def inner(part: dict[str, Any]) -> dict[str, Any]:
        return _plain(part, definitions, closed, depth + 1)

    if "$ref" in schema:
        return inner(definitions[schema["$ref"].rpartition("/")[2]] | {k: v for k, v in schema.items() if k != "$ref"})
    kept = {word: schema[word] for word in KEPT if word in schema}
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    if "items" in kept:
        kept["items"] = inner(kept["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [inner(one) for one in kept["anyOf"]]
    if "properties" in kept:
        kept["properties"] = {name: inner(one) for name, one in kept["properties"].items()}
        kept["required"] = list(kept["properties"])
        if closed:
            kept["additionalProperties"] = False
    return kept
