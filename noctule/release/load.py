"""`noctule.load` and `noctule.passport`: a release of the lake at hand as a table, and what it cost."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from noctule.errors import UsageError
from noctule.home import Home
from noctule.release.find import find
from noctule.release.layout import DATA
from noctule.release.passport import read_passport


def load(
    dataset: str,
    as_of: str | date = "latest",
    *,
    to: Literal["arrow", "pandas", "polars"] = "arrow",
    home: str | Path | None = None,
) -> Any:
    """A dataset's release as a pyarrow.Table, a pandas.DataFrame or a polars.DataFrame.

    `as_of`: "latest"; the id of a release; a day (YYYY-MM-DD or a date): the newest release by its end, UTC; or a
    datetime: the newest by that moment, UTC where it has no zone. `home`: the state folder; NOCTULE_HOME when left out.
    The passport is in `schema.metadata[b"dp.passport"]` of Arrow and in `attrs` of pandas; polars has no place for it:
    call `noctule.passport`. Descriptions and units are in the field metadata of Arrow. Raises UsageError when there is
    no such release.
    """
    file = _file(dataset, as_of, home)
    if to == "arrow":
        return pq.read_table(file)
    if to == "pandas":
        import pandas as pd

        return pd.read_parquet(file)
    if to == "polars":
        import polars as pl

        return pl.read_parquet(file)
    raise UsageError(f"a release cannot be loaded as {to!r}", fix='use to="arrow", "pandas" or "polars"')


def passport(dataset: str, as_of: str | date = "latest", *, home: str | Path | None = None) -> dict[str, Any]:
    """What that release cost and promises. Raises UsageError, and BundleError when its data is damaged."""
    return read_passport(_file(dataset, as_of, home))


def _file(dataset: str, as_of: str | date, home: str | Path | None) -> Path:
    where = Home.from_environment() if home is None else Home(Path(home).resolve())
    return find(where, dataset, as_of) / DATA
