"""Made tables for the benchmark: laws of our own, seeded, no fetched data. Nobody in them is real.

Each law draws training and test rows alike. The contracts (bench/contracts/*.yaml) are what a careful person would
write who knows the forms and the instruments but not the rows: public bounds wider than the data, usual bins, no atom
but the 0 that a form prints. Heavy values that the law holds (round prices, answers in fives) are left to be found.

    python -m bench.tables FOLDER      # FOLDER/{claims,survey,sensors}_{train,test}.csv and FOLDER/{name}.yaml
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Rows = dict[str, Column]
CONTRACTS = Path(__file__).parent / "contracts"


@dataclass(frozen=True)
class Law:
    """A table's law: `draw(rows, rng)` gives columns in file order; a missing cell is the empty text."""

    draw: Callable[[int, np.random.Generator], Rows]
    train: int
    test: int


def claims(rows: int, rng: np.random.Generator) -> Rows:
    """Health insurance claims of one quarter, 16 columns.

    Five hidden segments drive age, plan, region and procedure. Outpatients have no nights and no ward (`N`), claims
    that came by themselves no referrer. Charges are log-normal with round prices, co-payments mostly 0 and else in
    fives. `approved` hangs on one product of three signs (plan, referral, emergency), on three pairs and on charge.
    """
    segment = rng.choice(5, rows, p=[0.30, 0.24, 0.20, 0.16, 0.10])
    age = np.clip(rng.normal(np.take([29, 41, 52, 66, 78], segment), np.take([6, 9, 10, 8, 7], segment)), 18, 97)
    age = age.astype(np.int64)
    female = rng.random(rows) < np.take([0.55, 0.62, 0.45, 0.50, 0.58], segment)
    plan = _choose(rng, segment, [[50, 30, 12, 8], [20, 30, 15, 35], [15, 30, 40, 15], [35, 40, 20, 5], [55, 35, 8, 2]])
    region = _choose(rng, segment, _spread(5, 12, 3))
    procedure = _procedures(segment, female, rng)
    chapter = procedure % 8
    inpatient = rng.random(rows) < np.take([0.03, 0.10, 0.55, 0.05, 0.35, 0.02, 0.75, 0.15], chapter)
    emergency = rng.random(rows) < _chance(-1.6 + 1.5 * inpatient + 0.9 * (chapter == 2) - 0.8 * (chapter == 5))
    referral = _choose(
        rng, 2 * inpatient + emergency, [[40, 18, 4, 38], [12, 10, 48, 30], [30, 52, 8, 10], [8, 12, 70, 10]]
    )
    nights = np.where(inpatient, 1 + rng.poisson(np.take([2, 1, 5, 2, 3, 1, 7, 4], chapter) * (0.6 + age / 120)), -1)
    ward = np.where(inpatient, _choose(rng, chapter, _spread(8, 6, 11)), 6)
    charge = np.exp(rng.normal(np.take([4.4, 4.9, 5.6, 4.2, 5.3, 3.9, 6.0, 5.0], chapter) + 1.1 * inpatient, 0.55))
    charge = charge * (1 + 0.25 * np.maximum(nights, 0))
    menu = np.array([40, 60, 80, 100, 150, 250, 400])
    priced = ~inpatient & (rng.random(rows) < 0.45)
    charge = np.where(priced, menu[np.argmin(np.abs(charge[:, None] - menu), axis=1)], np.rint(charge)).astype(np.int64)
    charge = np.where((plan == 2) & (chapter == 5) & (rng.random(rows) < 0.6), 0, charge)
    pays = rng.random(rows) < np.take([0.62, 0.40, 0.12, 0.30], plan)
    copay = np.where(pays, 5 * np.rint(np.minimum(charge * rng.beta(2, 9, rows), 900) / 5), 0).astype(np.int64)
    prior = np.minimum(rng.negative_binomial(1.2, 1 / (1 + 0.4 + 0.02 * age)), 40)
    distance = np.round(np.exp(rng.normal(np.take(np.linspace(0.6, 3.2, 12), region), 0.7)), 1)
    sign = np.where(plan >= 2, 1, -1) * np.where(np.isin(referral, (0, 2)), 1, -1) * np.where(emergency, -1, 1)
    score = 0.9 + 1.5 * sign + 0.9 * ((plan == 2) & (charge > 300)) - 1.2 * ((prior > 3) & (referral == 3))
    score = score - 1.1 * ((chapter == 7) & (age < 35)) - 0.45 * np.log1p(charge / 400) + 0.3 * female
    approved = rng.random(rows) < _chance(1.3 * score)
    day = rng.choice(90, rows, p=_weekdays(90))
    return {
        "claim_date": (np.datetime64("2025-01-01") + day).astype(str),
        "age": age,
        "sex": np.where(female, "female", "male"),
        "plan": np.take(["basic", "plus", "premium", "family"], plan),
        "region": np.take([f"R{n:02d}" for n in range(1, 13)], region),
        "procedure": np.take([f"P{n:02d}" for n in range(1, 61)], procedure),
        "chapter": np.take(list("ABCDEFGH"), chapter),
        "emergency": np.where(emergency, "true", "false"),
        "referral": np.take(["gp", "specialist", "ambulance", "N"], referral),
        "nights": np.where(inpatient, np.minimum(nights, 60).astype(str), "N"),
        "ward": np.take(["surgery", "medicine", "cardiology", "maternity", "oncology", "intensive", "N"], ward),
        "charge": np.minimum(charge, 60_000),
        "copay": copay,
        "prior_claims": prior,
        "distance_km": np.minimum(distance, 400.0),
        "approved": np.where(approved, "yes", "no"),
    }


def survey(rows: int, rng: np.random.Generator) -> Rows:
    """A poll, 12 mostly categorical columns, two targets: `voted` (strong dependences) and `party` (weak ones).

    Two hidden scales, status and trust, drive the answers; the less one trusts, the more one refuses the party (`N`).
    """
    group = rng.choice(6, rows, p=[0.12, 0.17, 0.17, 0.19, 0.18, 0.17])
    status = rng.normal(0, 1, rows) + np.take([-0.5, 0, 0.25, 0.3, 0.1, -0.3], group)
    trust = 0.35 * status + rng.normal(0, 0.95, rows)
    female = rng.random(rows) < 0.52
    region = rng.choice(8, rows, p=[0.22, 0.17, 0.14, 0.13, 0.12, 0.09, 0.08, 0.05])
    education = np.digitize(status + rng.normal(0, 0.6, rows), [-1.2, -0.2, 0.7, 1.5])
    work = np.where(group == 5, np.where(rng.random(rows) < 0.86, 5, 0), 0)
    work = np.where(group < 5, _choose(rng, group, [[22, 16, 9, 3, 50, 0], [58, 15, 10, 8, 9, 0], [63, 15, 8, 11, 3, 0],
        [62, 14, 8, 13, 3, 0], [44, 16, 9, 12, 1, 18], [100, 0, 0, 0, 0, 0]]), work)  # fmt: skip
    band = np.clip(np.rint(4.2 + 1.6 * status - 1.3 * np.isin(work, (2, 4)) + rng.normal(0, 1, rows)), 0, 9).astype(
        np.int64
    )
    household = 1 + np.minimum(rng.poisson(np.take([1.4, 1.5, 2.1, 1.6, 0.8, 0.6], group)), 7)
    parliament = np.digitize(trust + rng.normal(0, 0.5, rows), [-1.1, -0.35, 0.4, 1.2]) + 1
    media = np.digitize(trust + rng.normal(0, 0.9, rows), [-1.2, -0.4, 0.5, 1.4]) + 1
    content = np.clip(np.rint(6.3 + 0.7 * status + 0.8 * trust + rng.normal(0, 1.4, rows)), 0, 10).astype(np.int64)
    interested = 0.5 * status + 0.3 * group - 0.9 + 0.9 * np.where((education >= 3) == (parliament >= 3), 1, -1)
    voted = rng.random(rows) < _chance(1.1 + 1.5 * interested)
    refused = rng.random(rows) < _chance(-1.8 - 0.8 * trust - 1.2 * voted)
    lean = np.column_stack([
        1.1 * status + 0.4 * group, 0.4 - 0.9 * status + 0.7 * trust, 1.1 * trust - 0.2 * group, 0.4 - 1.4 * trust,
        0.5 * (region == 0) + 1.6 * (region == 3), 0.9 * female - 0.4 * group,
    ])  # fmt: skip
    party = np.argmax(lean + rng.gumbel(0, 1, lean.shape), axis=1)
    return {
        "age_group": np.take(["18-24", "25-34", "35-44", "45-54", "55-64", "65+"], group),
        "sex": np.where(female, "f", "m"),
        "region": np.take(["north", "south", "east", "west", "capital", "coast", "hills", "islands"], region),
        "education": np.take(["none", "school", "college", "bachelor", "master"], education),
        "employment": np.take(["full", "part", "self", "none", "student", "retired"], work),
        "income_band": band,
        "household": household,
        "trust_parliament": parliament,
        "trust_media": media,
        "satisfaction": content,
        "voted": np.where(voted, "yes", "no"),
        "party": np.where(refused, "N", np.take(list("ABCDEF"), party)),
    }


def sensors(rows: int, rng: np.random.Generator) -> Rows:
    """Machines on a factory floor, 7 continuous readings and 3 categories; the target is `state`.

    A Gaussian copula of temperature, humidity, pressure and load with skew margins; power is a product of speed and
    current; vibration is U-shaped in speed; a fault needs heat and vibration together. Idle machines stand still (0).
    """
    machine = rng.choice(12, rows, p=_zipf(12, 0.6))
    shift = rng.choice(3, rows, p=[0.42, 0.37, 0.21])
    cover = np.array([[1, -0.6, 0.2, 0.5], [-0.6, 1, -0.3, -0.2], [0.2, -0.3, 1, 0.1], [0.5, -0.2, 0.1, 1]])
    heat, damp, air, load = rng.multivariate_normal(np.zeros(4), cover, rows).T
    idle = rng.random(rows) < np.take([0.08, 0.12, 0.30], shift)
    temperature = 24 + 7 * heat + 1.5 * (machine % 4) + 6 * ~idle
    humidity = 100 * _chance(-0.1 + 0.7 * damp - 0.02 * (temperature - 30))
    pressure = 1008 + 9 * air - 2 * (air < -1) * rng.exponential(4, rows)
    speed = np.where(idle, 0, np.take([1500, 900, 2400], machine % 3) * np.exp(0.18 * load + rng.normal(0, 0.05, rows)))
    current = np.where(idle, 0.4, 3 + 2.2 * np.exp(0.5 * load + 0.15 * heat)) * np.exp(rng.normal(0, 0.06, rows))
    power = 0.9 * current * (0.08 + speed / 2000) ** 0.8 + rng.normal(0, 0.08, rows)
    wobble = 0.4 + 2.2 * ((speed - 1500) / 1000) ** 2 + 0.25 * (machine == 5)
    vibration = np.where(idle, 0.05, wobble) * np.exp(rng.normal(0, 0.35, rows))
    risk = -5.6 + 3.2 * ((temperature > 36) & (vibration > 1.2)) + 0.7 * np.log1p(vibration) + 0.05 * (temperature - 30)
    fault = ~idle & (rng.random(rows) < _chance(risk + 1.6 * (power > 6)))
    return {
        "machine": np.take([f"M{n:02d}" for n in range(1, 13)], machine),
        "shift": np.take(["early", "late", "night"], shift),
        "temperature": np.round(temperature, 1),
        "humidity": np.round(humidity, 1),
        "pressure": np.round(pressure, 1),
        "speed": np.rint(np.minimum(speed, 6000)).astype(np.int64),
        "current": np.round(np.minimum(current, 80), 2),
        "power": np.round(np.clip(power, 0, 100), 2),
        "vibration": np.round(np.minimum(vibration, 60), 3),
        "state": np.where(idle, "idle", np.where(fault, "fault", "run")),
    }


LAWS = {
    "claims": Law(claims, 12_000, 3_000),
    "survey": Law(survey, 4_000, 1_000),
    "sensors": Law(sensors, 30_000, 7_500),
}


def write(folder: Path, name: str, seed: int = 20) -> None:
    """The two CSV files of one law, and its contract with the training file as its source."""
    law = LAWS[name]
    folder.mkdir(parents=True, exist_ok=True)
    columns = law.draw(law.train + law.test, np.random.default_rng([seed, *name.encode()]))
    lines = list(zip(*(column.tolist() for column in columns.values()), strict=True))
    for part, chosen in (("train", lines[: law.train]), ("test", lines[law.train :])):
        with (folder / f"{name}_{part}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(chosen)
    contract = (CONTRACTS / f"{name}.yaml").read_text(encoding="utf-8")
    place = f"path: {(folder / f'{name}_train.csv').resolve()}"
    (folder / f"{name}.yaml").write_text(contract.replace(f"path: {name}_train.csv", place), encoding="utf-8")


def _procedures(segment: Column, female: Column, rng: np.random.Generator) -> Column:
    """60 codes with Zipf frequencies, each segment with its own order of the middle codes."""
    shares = np.array([np.roll(_zipf(60, 1.05), 7 * s) + 0.6 * _zipf(60, 1.05) for s in range(5)])
    drawn = _choose(rng, segment, shares)
    return np.where(~female & (drawn == 11), 3, drawn)


def _choose(rng: np.random.Generator, row: Column, weights: Any) -> Column:
    """One draw a row, from the row of `weights` that `row` names."""
    upto = np.cumsum(np.asarray(weights, float), axis=1)
    upto /= upto[:, -1:]
    return (rng.random(len(row))[:, None] > upto[np.asarray(row)]).sum(axis=1).astype(np.int64)


def _spread(rows: int, columns: int, seed: int) -> Column:
    """Fixed uneven shares, part of the law."""
    return np.random.default_rng(seed).dirichlet(np.full(columns, 0.9), rows) + 0.01


def _zipf(values: int, power: float) -> Column:
    shares = 1 / np.arange(1, values + 1) ** power
    return shares / shares.sum()


def _weekdays(days: int) -> Column:
    """Shares of days from Wednesday 1 January 2025: few at weekends, fewer each month."""
    shares = np.where((np.arange(days) + 2) % 7 >= 5, 0.25, 1.0) * np.linspace(1.2, 0.8, days)
    return shares / shares.sum()


def _chance(score: Column) -> Column:
    return 1 / (1 + np.exp(-score))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the made tables and their contracts.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    for name in LAWS:
        write(given.folder, name, given.seed)


if __name__ == "__main__":
    main()
