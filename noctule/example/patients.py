"""Hospital admissions of people who do not exist, with the joint structure that makes a synthesizer work.

Age drives blood pressure, hypertension and diagnosis; the diagnosis drives ward, medication, stay and cost; age, stay
and diagnosis drive readmission. Nobody is real: the same seed writes the same file, on every machine.
"""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.example import clinic

Column = NDArray[Any]


def write(path: Path, people: int = 20_000, seed: int = 7) -> None:
    """Write `people` rows, one a person, as CSV to `path`; its folder is made when missing."""
    columns = table(people, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


def table(people: int, seed: int) -> dict[str, Column]:
    """The columns as text or numbers, in file order; a missing value is the empty text."""
    rng = np.random.default_rng(seed)
    body = _bodies(people, rng)
    stay = _stays(body, rng)
    return {
        **_identities(people, body["sex"], rng),
        "age": body["age"],
        "sex": body["sex"],
        "smoker": _flags(body["smoker"]),
        "bmi": _missing(np.char.mod("%.1f", body["bmi"]), 0.03 + 0.05 * (stay["admission_type"] == "Emergency"), rng),
        "blood_pressure": np.char.add(np.char.add(body["systolic"].astype(str), "/"), body["diastolic"].astype(str)),
        "diagnosis": body["diagnosis"],
        "medication": _medications(body["diagnosis"], rng),
        **stay,
        "readmitted": _flags(_readmissions(body, stay, rng)),
    }


def _bodies(people: int, rng: np.random.Generator) -> dict[str, Column]:
    """Age, sex and what follows from them: habits, blood pressure, diagnosis."""
    young = rng.random(people) < 0.08
    age = np.where(young, rng.beta(1.0, 1.6, people) * 18, 18 + rng.beta(2.4, 1.9, people) * 82).astype(np.int64)
    female = rng.random(people) < 0.47 + 0.10 * (age > 75) + 0.10 * ((age > 20) & (age < 40))
    smoker = rng.random(people) < np.where(age < 16, 0.0, np.interp(age, [16, 30, 60, 90], [0.18, 0.29, 0.22, 0.06]))
    bmi = np.interp(age, [0, 10, 18, 60, 100], [16, 17.5, 23, 28, 25]) + rng.gamma(4.0, 1.3, people) - 5.2
    hypertensive = rng.random(people) < _chance((age - 62) / 11 + (bmi - 27) / 9 + 0.3 * smoker)
    systolic = 98 + 0.32 * age + 18 * hypertensive + 0.25 * (bmi - 24) + rng.normal(0, 10, people)
    diastolic = 34 + 0.33 * systolic - 0.10 * np.maximum(age - 60, 0) + rng.normal(0, 6, people)
    body: dict[str, Column] = {
        "age": age,
        "sex": np.where(female, "female", "male"),
        "smoker": smoker,
        "bmi": np.clip(bmi, 11, 58),
        "systolic": np.clip(systolic, 70, 230).astype(np.int64),
        "diastolic": np.clip(diastolic, 35, np.minimum(140, systolic - 15)).astype(np.int64),
    }
    body["diagnosis"] = clinic.diagnoses(age, female, smoker, hypertensive, body["bmi"], rng)
    return body


def _stays(body: dict[str, Column], rng: np.random.Generator) -> dict[str, Column]:
    """Ward, day, length and cost of the admission."""
    people = len(body["age"])
    ward = np.where(body["age"] < 16, "Paediatrics", _look_up(body["diagnosis"], clinic.WARD))
    emergency = rng.random(people) < _look_up(body["diagnosis"], clinic.EMERGENCY)
    transfer = rng.random(people) < 0.04 + 0.06 * (body["age"] > 80)
    kind = np.where(transfer, "Transfer", np.where(emergency, "Emergency", "Elective"))
    mean = _look_up(body["diagnosis"], clinic.MEAN_STAY) * (0.6 + body["age"] / 120)
    drawn = np.rint(mean * rng.lognormal(-0.25, 0.75, people)).astype(np.int64)
    day_case = (kind == "Elective") & (rng.random(people) < 0.30)
    stay = np.where(day_case, 0, np.clip(drawn, 1, 180))
    daily = _look_up(ward, clinic.DAILY_COST)
    cost = (650 + daily * np.maximum(stay, 0.5) ** 0.92) * rng.lognormal(0, 0.25, people)
    return {
        "admission_type": kind,
        "ward": ward,
        "floor": _look_up(ward, clinic.FLOOR),
        "admission_date": clinic.days(body["diagnosis"], rng).astype(str),
        "length_of_stay": stay,
        "cost": np.char.mod("%.2f", cost),
    }


def _readmissions(body: dict[str, Column], stay: dict[str, Column], rng: np.random.Generator) -> Column:
    score = -4.5 + 0.022 * body["age"] + 0.5 * np.log1p(stay["length_of_stay"]) + 0.4 * body["smoker"]
    score = score + _look_up(body["diagnosis"], clinic.RELAPSE) + 0.3 * (stay["admission_type"] == "Emergency")
    return rng.random(len(score)) < _chance(score)


def _medications(diagnosis: Column, rng: np.random.Generator) -> Column:
    """One main medicine by diagnosis; empty where none was given."""
    out = np.full(len(diagnosis), "", dtype="U16")
    for name, shares in clinic.MEDICATION.items():
        at = np.flatnonzero(diagnosis == name)
        out[at] = rng.choice(list(shares), size=len(at), p=np.array(list(shares.values())))
    return out


def _identities(people: int, sex: Column, rng: np.random.Generator) -> dict[str, Column]:
    """Keys and direct identifiers: never modelled, dropped or faked in a release."""
    first = np.where(sex == "female", rng.choice(clinic.WOMEN, people), rng.choice(clinic.MEN, people))
    last = rng.choice(clinic.SURNAMES, people)
    number = rng.permutation(people) + 1
    names = [f"{a} {b}" for a, b in zip(first, last, strict=True)]
    mails = [f"{a}.{b}{n}@example.org".lower() for a, b, n in zip(first, last, number, strict=True)]
    areas = rng.choice([202, 206, 303, 312, 404, 415, 503, 512, 602, 617, 702, 713], people)
    lines = rng.integers(100, 200, people)  # 555-0100 to 555-0199 are kept free for fiction
    record = rng.choice(90_000_000, people, replace=False) + 10_000_000
    return {
        "patient_id": np.array([f"P{n:06d}" for n in number]),
        "mrn": np.array([f"MRN-{n}" for n in record]),
        "full_name": np.array(names),
        "email": np.array(mails),
        "phone": np.array([f"+1-{a}-555-0{n}" for a, n in zip(areas, lines, strict=True)]),
    }


def _look_up(keys: Column, known: dict[str, Any]) -> Column:
    names, places = np.unique(keys, return_inverse=True)
    return np.array([known[name] for name in names])[places]


def _missing(values: Column, share: Column, rng: np.random.Generator) -> Column:
    return np.where(rng.random(len(values)) < share, "", values)


def _flags(values: Column) -> Column:
    return np.where(values, "true", "false")


def _chance(score: Column) -> Column:
    return 1 / (1 + np.exp(-score))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the example table.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    write(given.path, given.people, given.seed)


if __name__ == "__main__":
    main()
