"""A made table of several rows a person: hospital visits, 1 to 40 a patient. Nobody in it is real.

Three kinds of patients: most come once or a few times, some come back with a chronic illness, and 8 % come 10 to 40
times, for dialysis, chemotherapy or transfusions. The visits of one patient are alike, and frequent patients differ
from others in age, illness, ward and nights. So a table cut to few rows a patient is another table than the whole.

    python -m bench.visits FOLDER [--people 4000]      # FOLDER/visits.csv and FOLDER/visits.yaml
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from bench.tables import CONTRACTS, Column, Rows

MOST = 40  # visits of one patient
DIAGNOSES = ("injury", "infection", "birth", "heart", "lung", "diabetes", "back", "mental", "cancer", "kidney", "blood",
             "other")  # fmt: skip
# Shares of the lasting illness by kind of patient: who comes rarely, again, often.
ILLNESS = np.array([
    [0.24, 0.20, 0.12, 0.08, 0.06, 0.03, 0.09, 0.03, 0.02, 0.01, 0.01, 0.11],
    [0.02, 0.03, 0.02, 0.23, 0.20, 0.18, 0.08, 0.14, 0.04, 0.02, 0.01, 0.03],
    [0.00, 0.00, 0.00, 0.02, 0.01, 0.03, 0.00, 0.02, 0.34, 0.42, 0.16, 0.00],
])  # fmt: skip
OWN = np.array([0.70, 0.80, 0.95])  # share of a patient's visits that are for the lasting illness
WARDS = ("surgery", "medicine", "maternity", "psychiatry", "oncology", "dialysis")
WARD = np.array([0, 1, 2, 1, 1, 1, 0, 3, 4, 5, 4, 1])  # of each diagnosis
EMERGENCY = np.array([0.85, 0.70, 0.25, 0.60, 0.60, 0.35, 0.20, 0.45, 0.10, 0.03, 0.10, 0.50])
NIGHTS = np.array([2.5, 4.0, 2.5, 6.0, 5.0, 3.5, 3.0, 11.0, 1.2, 0.1, 0.3, 2.0])  # mean of each diagnosis


def write(folder: Path, people: int, seed: int = 20) -> Path:
    """Write visits.csv and its contract below `folder`; returns the contract's path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = table(people, np.random.default_rng(seed))
    with (folder / "visits.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    contract = folder / "visits.yaml"
    contract.write_bytes((CONTRACTS / "visits.yaml").read_bytes())
    return contract


def table(people: int, rng: np.random.Generator) -> Rows:
    """The columns in file order, one row a visit, in order of the month."""
    kind = rng.choice(3, people, p=[0.70, 0.22, 0.08])
    visits = np.select(
        [kind == 0, kind == 1], [rng.geometric(0.65, people), 2 + rng.negative_binomial(2, 1 / 3, people)],
        10 + rng.negative_binomial(3, 1 / 6, people),
    ).clip(1, MOST)  # fmt: skip
    age = rng.normal(np.take([38, 58, 69], kind), np.take([22, 14, 9], kind)).clip(0, 104).astype(np.int64)
    illness = _choose(rng, ILLNESS[kind])
    female = (rng.random(people) < np.take([0.52, 0.48, 0.40], kind)) | (illness == 2)
    insurance = _choose(rng, np.array([[0.70, 0.18, 0.12], [0.78, 0.17, 0.05], [0.93, 0.07, 0.00]])[kind])
    district = _choose(rng, np.array([1.6, 1.4, 1.2, 1.0, 0.8, 0.7, 0.6, 0.5]) + 0.9 * np.eye(8)[2 * kind])
    start = rng.integers(12, size=people)  # who comes often comes in a row of months

    who = np.repeat(np.arange(people), visits)
    own = rng.random(len(who)) < OWN[kind[who]]
    diagnosis = np.where(own, illness[who], _choose(rng, ILLNESS[0] * (np.arange(12) != 2) + np.zeros((len(who), 1))))
    emergency = rng.random(len(who)) < EMERGENCY[diagnosis]
    transfer = rng.random(len(who)) < 0.03 + 0.05 * (age[who] > 75)
    stay = rng.poisson(NIGHTS[diagnosis] * (0.6 + age[who] / 110) * (1 + 0.5 * emergency)).clip(0, 180)
    apart = rng.geometric(np.take([0.25, 0.25, 0.35], kind)[who]) - 1
    score = np.take([-2.6, -0.7, 1.9], kind)[who] + 0.4 * emergency + 0.05 * np.minimum(stay, 20)
    columns = {
        "patient_id": np.char.mod("V%06d", rng.permutation(people) + 1)[who],
        "month": 1 + (start[who] + apart) % 12,
        "age": age[who],
        "sex": np.where(female, "female", "male")[who],
        "insurance": np.take(["public", "private", "none"], insurance)[who],
        "district": np.char.mod("D%d", district + 1)[who],
        "diagnosis": np.take(DIAGNOSES, diagnosis),
        "admission": np.where(transfer, "transfer", np.where(emergency, "emergency", "elective")),
        "ward": np.take(WARDS, WARD[diagnosis]),
        "nights": stay,
        "back_soon": np.where(rng.random(len(who)) < 1 / (1 + np.exp(-score)), "true", "false"),
    }
    order = np.argsort(columns["month"], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def _choose(rng: np.random.Generator, weights: Column) -> Column:
    """One draw for each row of `weights`, in proportion to them."""
    upto = np.cumsum(weights, axis=1)
    return (rng.random(len(upto))[:, None] * upto[:, -1:] > upto).sum(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the made visits and their contract.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    write(given.folder, given.people, given.seed)


if __name__ == "__main__":
    main()
