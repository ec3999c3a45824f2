"""The form of a name: what it says of kind and unit, and where it says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.describe.facts import Facts
from noctule.describe.names import words
from noctule.describe.offline import describe
from noctule.describe.reading import read

END = " (from the name only)"


@pytest.mark.parametrize(
    ("name", "declared", "kind", "unit", "text"),
    [
        ("is_active", "boolean", "flag", "", "Whether it is active" + END),
        ("late_fee_waived", "boolean", "flag", "", "Whether or not: late fee waived" + END),
        ("num_widget_orders", "integer", "count", "", "Number of widget orders" + END),
        ("no_show", "boolean", "flag", "", "Whether or not: no show" + END),
        ("parcel_kg", "number", "measurement", "kg", "Parcel (kg)" + END),
        ("glucose_mg_dl", "number", "measurement", "mg/dL", "Glucose in the blood (mg/dL)"),
        ("los_days", "integer", "duration", "days", "Length of the hospital stay (days)"),
        ("temp_c", "number", "measurement", "°C", "Temperature (°C)" + END),
        ("wait_min", "integer", "duration", "minutes", "Wait (minutes)" + END),
        ("temp_min", "number", "measurement", "", "Minimum temperature" + END),
        ("visits_last_30_days", "integer", "other", "", "Visits last 30 days" + END),
        ("days_since_login", "integer", "duration", "days", "Days since login" + END),
        ("pct_female", "number", "rate", "%", "Percent of female (%)" + END),
        ("order_created_at", "datetime", "time", "", "When the order was created" + END),
        ("visit_date", "date", "date", "", "Day of the visit" + END),
        ("store_id", "category", "identifier", "", "Identifier of the store" + END),
        ("supplier_name", "free_text", "text", "", "Name of the supplier" + END),
        ("total_price", "number", "amount", "", "Total price" + END),
        ("avg_heart_rate", "number", "measurement", "beats per minute", "Average of: heart beats in a minute"),
        ("diag_3", "category", "code", "", "Diagnosis of the patient, number 3"),
        ("flg_b", "category", "other", "", "No description known" + END),
        ("attr_misc", "category", "other", "", "No description known" + END),
        ("field_7", "number", "other", "", "No description known" + END),
    ],
)
def test_form_of_a_name(name: str, declared: str, kind: str, unit: str, text: str) -> None:
    answer, _ = describe(Facts(table="t", column=name, type=declared))
    assert (answer.semantic_type, answer.unit) == (kind, unit)
    assert answer.description.startswith(text.removesuffix(END)) and answer.description.endswith(END) == (END in text)


def test_declared_unit_stands_before_that_of_the_name() -> None:
    answer, _ = describe(Facts(table="t", column="weight_kg", type="number", unit="g"))
    assert answer.unit == "g" and "kg" not in answer.description


def test_a_unit_is_not_said_twice() -> None:
    assert describe(Facts(table="t", column="hours_worked", type="number"))[0].description == "Hours worked" + END


@given(st.text(max_size=60), st.sampled_from([None, "integer", "number", "boolean", "category", "date", "datetime"]))
def test_any_name_is_read_and_nothing_is_added_to_it(name: str, declared: str | None) -> None:
    reading = read(Facts(table="t", column=name, type=declared))
    assert "{}" in reading.plain and (reading.known is None or "{}" in reading.known)
    assert "".join(reading.stem) in "".join(part.lower() for part in name if part.isalnum())


def test_a_last_word_says_one_kind() -> None:
    heads = [head for group in words().heads.values() for head in group]
    assert len(heads) == len(set(heads))
