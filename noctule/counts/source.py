"""What an engine may ask of the rows: counts, or, where it cannot do with counts, the codes themselves."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes

Clique = tuple[str, ...]
Groups = Mapping[str, NDArray[np.integer[Any]]]


class Counts(Protocol):
    """Where marginals come from. Raw: nothing leaves a fit before noise has been drawn on it."""

    @property
    def domain(self) -> dict[str, int]:
        """Attribute -> number of its codes."""
        ...

    def marginals(self, cliques: Iterable[Clique]) -> dict[Clique, NDArray[np.int64]]:
        """Counts of every clique in rows, shape `tuple(domain[a] for a in clique)`. Raises DataError on a foreign code.

        All of one call are counted together, and all are held: ask for many at once, not for more than fit in memory.
        """
        ...

    def grouped(self, groups: Groups) -> "Counts":
        """The same rows seen through coarse codes: `groups[a]`, shape (domain[a],), gives the new code of each code.

        The new size is its maximum + 1; attributes not named keep their codes. No row is read or rewritten.
        """
        ...

    def codes(self) -> Codes:
        """All rows in memory (4 bytes a cell), in their order, for engines that need rows."""
        ...
