"""The rivals' table: the public domain applied to a pandas frame, and back. Runs in each rival's own environment.

Categories are text. Numbers are numbers, with NaN for a code beside them (`N`); dates are days from the first bound.
Coming back, numbers are clipped to the bounds and rounded to the public step: post-processing, a gift to every rival.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # noqa: TID253 - each runner is a process that is about frames


def read(path: str, columns: list[dict[str, Any]]) -> pd.DataFrame:
    text = pd.read_csv(path, dtype=str, keep_default_na=False)
    return pd.DataFrame({column["name"]: _inward(text[column["name"]], column) for column in columns})


def write(frame: pd.DataFrame, columns: list[dict[str, Any]], path: str) -> None:
    out = pd.DataFrame({column["name"]: _outward(frame[column["name"]], column) for column in columns})
    out.to_csv(Path(path), index=False)


def _inward(text: pd.Series, column: dict[str, Any]) -> pd.Series:
    if column["kind"] == "category":
        strangers = set(text.unique()) - set(column["values"])
        if strangers:
            raise SystemExit(f"{column['name']}: {len(strangers)} values outside the public domain")
        return text
    if column["kind"] == "date":
        return (pd.to_datetime(text) - pd.Timestamp(column["first"])).dt.days
    numbers = text.where(~text.isin(column["gaps"]), "nan").astype(float).clip(column["low"], column["high"])
    return numbers.astype("int64") if column["integer"] and not column["gaps"] else numbers


def _outward(values: pd.Series, column: dict[str, Any]) -> pd.Series:
    if column["kind"] == "category":
        return values.astype(str)
    numbers = pd.to_numeric(values, errors="coerce").astype(float).clip(column["low"], column["high"])
    if column["step"]:
        numbers = column["low"] + ((numbers - column["low"]) / column["step"]).round() * column["step"]
        numbers = numbers.round(max(0, -int(Decimal(str(column["step"])).as_tuple().exponent)))
    if column["kind"] == "date":
        days = pd.to_timedelta(numbers.fillna(0).astype(int), unit="D")
        return (pd.Timestamp(column["first"]) + days).dt.strftime("%Y-%m-%d")
    text = numbers.map(lambda x: str(int(x)) if x == int(x) and column["integer"] else repr(float(x)), "ignore")
    if numbers.isna().any() and not column["gaps"]:
        raise SystemExit(f"{column['name']}: missing values that the domain does not have")
    return text.astype(object).where(numbers.notna(), column["gaps"][0] if column["gaps"] else np.nan)
