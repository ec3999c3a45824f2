"""Counts of rows that come in blocks of codes: from memory, or from wherever a reader finds them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts.coarse import coarse_domain, composed
from noctule.counts.inside import require_inside
from noctule.counts.source import Clique, Groups
from noctule.counts.tally import Block, narrowest, tally

ROWS = 262_144  # of a block; half or four times as many are slower

Reader = Callable[[Sequence[str]], Iterable[Block]]
"""Blocks of all rows, in order, each with the named attributes at least. Called anew for every pass."""


class RowCounts:
    """One pass answers any number of cliques, in the memory of one block and the counts. Every code is checked."""

    def __init__(self, read: Reader, domain: Mapping[str, int], groups: Groups | None = None) -> None:
        """`domain`: sizes of the codes that `read` gives; `groups`: the coarse codes they are seen through."""
        self._read, self._fine, self._groups = read, dict(domain), groups or {}
        self.domain = coarse_domain(self._fine, self._groups)

    def marginals(self, cliques: Iterable[Clique]) -> dict[Clique, NDArray[np.int64]]:
        wanted = list(cliques)
        names = dict.fromkeys(name for clique in wanted for name in clique)
        return tally(self._blocks(list(names)), wanted, self.domain)

    def grouped(self, groups: Groups) -> "RowCounts":
        coarse_domain(self.domain, groups)
        return RowCounts(self._read, self._fine, composed(self._groups, groups))

    def codes(self) -> Codes:
        blocks = list(self._blocks(list(self.domain)))
        return {
            name: np.concatenate([np.zeros(0, np.int32), *(block[name] for block in blocks)], dtype=np.int32)
            for name in self.domain
        }

    def _blocks(self, names: Sequence[str]) -> Iterator[Block]:
        kinds = {name: narrowest(self.domain[name]) for name in names}
        groups = {name: self._groups[name].astype(kinds[name]) for name in names if name in self._groups}
        for block in self._read(names):
            require_inside(block, {name: self._fine[name] for name in names})
            yield {
                name: groups[name].take(block[name]) if name in groups else block[name].astype(kinds[name], copy=False)
                for name in names
            }


class CodesCounts(RowCounts):
    """Counts of codes in memory; any integer type will do, a narrow one is faster."""

    def __init__(self, codes: Mapping[str, NDArray[np.integer[Any]]], domain: Mapping[str, int]) -> None:
        super().__init__(lambda names: _slices({name: codes[name] for name in names}), domain)


def _slices(codes: Block) -> Iterator[Block]:
    rows = max((column.size for column in codes.values()), default=0)
    for start in range(0, rows, ROWS):
        yield {name: column[start : start + ROWS] for name, column in codes.items()}
