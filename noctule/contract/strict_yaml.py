"""YAML without its traps: what a person wrote is what is read, and a hostile file cannot blow up.

Plain scalars follow YAML 1.2's core schema, narrowed: only `true` and `false` are booleans (so `NO`, `yes` and `on`
stay text, the Norway problem), only plain decimals are numbers (so `007`, `12:30` and `1_000` stay text).
"""

import re
from typing import Any, cast

import yaml
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node

MAX_DEPTH = 24
ONE_LINE: dict[str, Any] = {"allow_unicode": True, "width": 10**6, "default_flow_style": True}

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)?\Z"
)


class StrictLoader(yaml.SafeLoader):
    """Refuses duplicate keys, anchors, aliases, tags and deep nesting, each with its line."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 (PyYAML's own name; filled below)
    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = cast(Any, self.peek_event())
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise ConstructorError(
                None, None, "anchors and aliases (&, *) are not used here: write it out", event.start_mark
            )
        if getattr(event, "tag", None) is not None:
            raise ConstructorError(None, None, "tags (!) are not used here: remove the tag", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise ConstructorError(None, None, f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float):
                raise ConstructorError(None, None, "a key must be text: quote it", key_node.start_mark)
            if key in seen:
                raise ConstructorError(None, None, f"key {str(key)!r} stands twice: keep one", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        """As PyYAML, but a scalar that cannot exist (30 February, 5000 digits) names its line."""
        try:
            return super().construct_object(node, deep=deep)
        except ValueError:
            mark = node.start_mark
        raise ConstructorError(None, None, "no such date or number: correct it, or quote it if it is text", mark)


class StrictDumper(yaml.SafeDumper):
    """Quotes every text that either YAML 1.1 or our loader would read as something else; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""])
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", INTEGER, list("-+0123456789"))
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+.0123456789"))
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:timestamp", TIMESTAMP, list("0123456789"))
StrictDumper.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+.0123456789"))


def read(text: str) -> Any:
    """The one document in `text`. Raises yaml.YAMLError, with a line where there is one."""
    return yaml.load(text, Loader=StrictLoader)  # noqa: S506 (a subclass of SafeLoader)


def write(content: Any, *, a_key_a_line: bool = False) -> str:
    """YAML text that `read` gives back as `content`."""
    flow = False if a_key_a_line else None
    return yaml.dump(
        content, Dumper=StrictDumper, sort_keys=False, allow_unicode=True, width=118, default_flow_style=flow
    )


def scalar(value: str | int | float | bool) -> str:
    """One value as it is written inside a flow list or after a key, on one line, quoted where it must be."""
    style = '"' if isinstance(value, str) and not value.isprintable() else None  # which escapes line breaks
    line = yaml.dump([value], Dumper=StrictDumper, default_style=style, **ONE_LINE)
    return line.strip()[1:-1]
