"""SDMetrics' quality and diagnostic reports of a release against the raw table. Internal tier: nothing here is paid."""

import contextlib
import io
import math
import warnings
from typing import Any

import pyarrow as pa

from noctule.contract import Contract
from noctule.evaluation.frames import frame, sample, sdmetrics_metadata, view

MOST_ROWS = 20_000
SEED = 0


def sdmetrics_reports(real: pa.Table, synthetic: pa.Table, contract: Contract) -> dict[str, Any]:
    """QualityReport and DiagnosticReport, both on the same number of rows of each side, drawn with a fixed seed.

    Returns plain JSON: `rows` compared on each side (at most 20,000); `quality` and `diagnostic`, scores in [0, 1]
    with 1 the best; `properties`; and the tables `columns` (`of` names the contract's column), `pairs`, `validity`.
    A score that SDMetrics does not define (a constant column, a pair without association in the raw table) is None;
    its messages, which may quote values, are reduced to the class of the error.
    """
    rows = min(real.num_rows, synthetic.num_rows, MOST_ROWS)
    left, right = (view(sample(table, rows, SEED), contract) for table in (real, synthetic))
    of = {one.name: one.column for one in left}
    sides = {"table": frame(left)}, {"table": frame(right)}
    with _silence():
        from sdmetrics.reports import DiagnosticReport, QualityReport

        quality: Any = QualityReport()
        quality.generate(*sides, sdmetrics_metadata(left), verbose=False)
        diagnostic: Any = DiagnosticReport()
        diagnostic.generate(*sides, sdmetrics_metadata(left), verbose=False)
        return {
            "rows": rows,
            "quality": _number(quality.get_score()),
            "diagnostic": _number(diagnostic.get_score()),
            "properties": {
                name: _number(score)
                for report in (quality, diagnostic)
                for name, score in report.get_properties().itertuples(index=False)
                if _number(score) is not None
            },
            "columns": [{"of": of[row["column"]], **row} for row in _rows(quality.get_details("Column Shapes"))],
            "pairs": _rows(quality.get_details("Column Pair Trends")),
            "validity": _rows(diagnostic.get_details("Data Validity")),
        }


@contextlib.contextmanager
def _silence() -> Any:
    """Neither progress nor warnings leave: a warning about raw data may quote it."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _rows(details: Any) -> list[dict[str, Any]]:
    return [
        {key.lower().replace(" ", "_").rstrip("?"): _plain(key, value) for key, value in row.items() if key != "Table"}
        for row in details.to_dict("records")
    ]


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.split(":")[0] if key == "Error" else value
    return value if isinstance(value, bool) else _number(value)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except TypeError:  # None and pandas.NA
        return None
    return number if math.isfinite(number) else None
