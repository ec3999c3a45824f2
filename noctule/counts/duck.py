"""Counting by DuckDB: one GROUP BY a table, in the database's own bounded memory. Only counts come out."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts.coarse import coarse_domain, composed
from noctule.counts.inside import foreign
from noctule.counts.packing import Table, cells, plan
from noctule.counts.parquet import files
from noctule.counts.source import Clique, Groups
from noctule.counts.tally import read_off

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "temp_directory": "",  # codes are raw: nothing spills to a disk outside the vault
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class DuckCounts:
    """Counts of the codes in one Parquet file, or in all of a folder by name."""

    def __init__(self, path: Path, domain: Mapping[str, int], groups: Groups | None = None) -> None:
        """`domain`: sizes of the codes in the file; `groups`: the coarse codes they are seen through."""
        self._path, self._fine, self._groups = path, dict(domain), groups or {}
        self.domain = coarse_domain(self._fine, self._groups)

    def marginals(self, cliques: Iterable[Clique]) -> dict[Clique, NDArray[np.int64]]:
        tables = plan(cliques, self.domain)
        with self._rows() as rows:
            self._require_inside(rows, dict.fromkeys(name for clique in tables for name in clique))
            counts = {table: self._count(rows, table) for table in dict.fromkeys(tables.values())}
        return {clique: read_off(counts[table], table, clique, self.domain) for clique, table in tables.items()}

    def grouped(self, groups: Groups) -> "DuckCounts":
        coarse_domain(self.domain, groups)
        return DuckCounts(self._path, self._fine, composed(self._groups, groups))

    def codes(self) -> Codes:
        with self._rows() as rows:
            self._require_inside(rows, self.domain)
            columns = ", ".join(f"{self._code(name)} AS {_quoted(name)}" for name in self.domain)
            found = rows.project(columns).fetchnumpy()
        return {name: found[name].astype(np.int32) for name in self.domain}

    def _count(self, rows: Any, table: Table) -> NDArray[np.int64]:
        cell = "0::BIGINT"
        for name in table.attributes:
            cell = f"({cell} * {self.domain[name]} + {self._code(name)})"
        found = rows.aggregate(f"{cell} AS cell, count(*) AS rows", cell).fetchnumpy()
        counts = np.zeros(cells(table.attributes, self.domain), np.int64)
        counts[found["cell"]] = found["rows"]
        return counts

    def _code(self, name: str) -> str:
        """SQL of the attribute's code, seen through its group."""
        code = f"{_quoted(name)}::INTEGER"
        return f"({self._groups[name].tolist()})[{code} + 1]" if name in self._groups else code

    def _require_inside(self, rows: Any, names: Iterable[str]) -> None:
        """One pass for all names; a null is foreign as well. Raises DataError."""
        sizes = {name: self._fine[name] for name in names}
        tests = [f"coalesce({_quoted(name)} BETWEEN 0 AND {size - 1}, false)" for name, size in sizes.items()]
        wrong = rows.aggregate(", ".join(f"count(*) FILTER (NOT {test})" for test in tests)).fetchall()[0]
        for (name, size), count in zip(sizes.items(), wrong, strict=True):
            if count:
                raise foreign(name, size)

    @contextmanager
    def _rows(self) -> Generator[Any]:
        """The rows as a DuckDB relation, in the order of the files."""
        import duckdb

        with duckdb.connect(config=SETTINGS) as connection:
            yield connection.read_parquet([str(path) for path in files(self._path)])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
