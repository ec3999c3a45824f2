"""Word lists, written as plain text."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())
