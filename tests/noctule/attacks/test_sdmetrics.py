"""Our full and fast attacks find what SDMetrics' slow ones find."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from noctule.attacks.copies import matched, near_copies
from noctule.attacks.disclosure import attributed
from noctule.attacks.trial import Trial
from noctule.contract import Contract
from noctule.evaluation.frames import frame, sdmetrics_metadata, view
from noctule.evaluation.records import records

Draw = Callable[[int, int], pa.Table]


@pytest.fixture
def tables(draw: Draw) -> tuple[pa.Table, pa.Table]:
    """A real table, and one of which a third is copied from it, some of that with a number that is slightly off."""
    real, fresh = draw(400, 1), draw(300, 2)
    copied = real.slice(0, 100)
    dose = copied["dose"].to_numpy().copy()
    dose[:50] *= 1 + np.linspace(0, 0.02, 50)
    copied = copied.set_column(1, "dose", pa.array(dose, from_pandas=True))
    return real, pa.concat_tables([copied, fresh.slice(0, 200)])


def test_near_copies_are_the_rows_that_are_not_new(contract: Contract, tables: tuple[pa.Table, pa.Table]) -> None:
    from sdmetrics.single_table import NewRowSynthesis

    series = [view(table, contract) for table in tables]
    metadata = sdmetrics_metadata(series[0])["tables"]["table"]
    expected = NewRowSynthesis.compute_breakdown(*map(frame, series), metadata)
    real, release = (records(table, contract) for table in tables)
    assert matched(release, real).sum() == expected["num_matched_rows"] > 60
    rest = records(tables[1].slice(100), contract)
    found = near_copies(Trial(release, real), Trial(rest, real))
    assert found.rate == pytest.approx(1 - expected["score"]) and found.verdict == "alarm"


def test_disclosure_is_zero_cap(contract: Contract, tables: tuple[pa.Table, pa.Table]) -> None:
    """SDMetrics bins from the least to the largest real value: made to be the bounds, with no value on an edge."""
    from sdmetrics.single_table import DisclosureProtection

    def inner(table: pa.Table, first: bool) -> pa.Table:
        age = np.where(table["age"].to_numpy() % 10 == 0, 5, table["age"].to_numpy())
        age[:2] = [0, 100] if first else age[:2]
        return table.set_column(0, "age", pa.array(age))

    real, release = inner(tables[0], True), inner(tables[1], False)
    known, sensitive = ["age", "ward", "city"], ["sick", "drug"]
    expected = DisclosureProtection.compute_breakdown(
        *(frame(view(table, contract)) for table in (real, release)),
        known,
        sensitive,
        computation_method="zero_cap",
        continuous_column_names=["age"],
    )
    found = attributed(Trial(records(release, contract), records(real, contract)), known, sensitive)
    assert 1 - found.mean() == pytest.approx(expected["cap_protection"])
    assert 0.2 < found.mean() < 0.8
