"""Coarse codes: one table for each attribute, from its codes to fewer."""

from collections.abc import Mapping

from noctule.counts.source import Groups


def coarse_domain(domain: Mapping[str, int], groups: Groups) -> dict[str, int]:
    """The sizes that `domain` has when seen through `groups`. Raises ValueError when a table is not of its size."""
    if any(group.shape != (domain[name],) or group.min() < 0 for name, group in groups.items()):
        raise ValueError("groups must give one code, 0 or more, for each code of the domain")
    return {name: int(groups[name].max()) + 1 if name in groups else size for name, size in domain.items()}


def composed(first: Groups, then: Groups) -> Groups:
    """One table for each attribute that has the effect of `first`, and of `then` on what it gives."""
    return {**first, **then, **{name: then[name][first[name]] for name in first if name in then}}
