"""Which tables to count so that every wanted clique can be read off one of them.

Counting costs one step for each row and table, whatever the table's size while it stays in cache. So small columns
are packed into one super-column, and one table of two super-columns serves every pair between them: 36 tables
instead of 105 for 15 columns of 2 to 100 codes.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from noctule.counts.source import Clique

CELLS = 65_536  # of a shared table: its counts (512 kB) stay in the L2 cache
MOST_PACKED = 8  # attributes in one super-column; numpy counts axes up to 64
BATCH_CELLS = 2**25  # of the cliques of one batch: 256 MB of counts


@dataclass(frozen=True)
class Table:
    """Counts over super-columns; the attributes of each are packed row-major, as are the super-columns."""

    columns: tuple[Clique, ...]

    @property
    def attributes(self) -> Clique:
        return tuple(attribute for column in self.columns for attribute in column)


def cells(attributes: Iterable[str], domain: Mapping[str, int]) -> int:
    """Number of cells of the attributes' joint table."""
    return math.prod(domain[attribute] for attribute in attributes)


def plan(cliques: Iterable[Clique], domain: Mapping[str, int]) -> dict[Clique, Table]:
    """For each clique, a table that holds all its attributes. Wide ones come first: narrow ones are read off them."""
    own = _tables(sorted(dict.fromkeys(cliques), key=len, reverse=True), domain)
    found: dict[Clique, Table] = {}
    holders: defaultdict[str, set[Table]] = defaultdict(set)
    for clique in sorted(own, key=lambda clique: (len(clique), len(own[clique].columns)), reverse=True):
        held = set[Table].intersection(*(holders[attribute] for attribute in clique)) or {own[clique]}
        found[clique] = min(held, key=lambda table: cells(table.attributes, domain))
        for attribute in found[clique].attributes:
            holders[attribute].add(found[clique])
    return found


def batches(cliques: Iterable[Clique], domain: Mapping[str, int]) -> Iterator[list[Clique]]:
    """The cliques in order, in lists whose counts take 256 MB at most, or of one clique."""
    batch: list[Clique] = []
    held = 0
    for clique in cliques:
        more = cells(clique, domain)
        if batch and held + more > BATCH_CELLS:
            yield batch
            batch, held = [], 0
        batch.append(clique)
        held += more
    if batch:
        yield batch


def _tables(cliques: Iterable[Clique], domain: Mapping[str, int]) -> dict[Clique, Table]:
    """For each clique, by falling width, its super-columns; where those make too large a table, its own attributes."""
    tables: dict[Clique, Table] = {}
    for width, alike in groupby(cliques, len):
        alike = list(alike)
        home = {attribute: pack for pack in _packs(alike, domain, CELLS ** (1 / width)) for attribute in pack}
        for clique in alike:
            shared = Table(tuple(sorted({home[attribute] for attribute in clique})))
            alone = Table(tuple((attribute,) for attribute in sorted(clique)))
            tables[clique] = shared if cells(shared.attributes, domain) <= CELLS else alone
    return tables


def _packs(cliques: list[Clique], domain: Mapping[str, int], most: float) -> list[Clique]:
    """Super-columns of at most `most` cells, or of one attribute: first fit, largest first."""
    packs: list[Clique] = []
    names = dict.fromkeys(attribute for clique in cliques for attribute in clique)
    for name in sorted(names, key=lambda name: -domain[name]):
        for at, pack in enumerate(packs):
            if len(pack) < MOST_PACKED and cells((*pack, name), domain) <= most:
                packs[at] = (*pack, name)
                break
        else:
            packs.append((name,))
    return packs
