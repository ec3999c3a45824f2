"""The invented hospital: its wards, illnesses and medicines, and how they hang together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DIAGNOSES = (
    "Hypertension", "Heart failure", "Coronary artery disease", "Stroke", "Type 2 diabetes", "COPD", "Asthma",
    "Pneumonia", "Hip fracture", "Appendicitis", "Childbirth", "Other injury",
)  # fmt: skip

WARD = {
    "Hypertension": "General medicine",
    "Heart failure": "Cardiology",
    "Coronary artery disease": "Cardiology",
    "Stroke": "Neurology",
    "Type 2 diabetes": "General medicine",
    "COPD": "Respiratory",
    "Asthma": "Respiratory",
    "Pneumonia": "Respiratory",
    "Hip fracture": "Surgery",
    "Appendicitis": "Surgery",
    "Childbirth": "Maternity",
    "Other injury": "Surgery",
}
FLOOR = {
    "Paediatrics": 1, "Maternity": 1, "General medicine": 2, "Respiratory": 2, "Cardiology": 3, "Neurology": 3,
    "Surgery": 4,
}  # fmt: skip
DAILY_COST = {
    "Paediatrics": 620, "Maternity": 540, "General medicine": 430, "Respiratory": 510, "Cardiology": 780,
    "Neurology": 720, "Surgery": 940,
}  # fmt: skip
EMERGENCY: dict[str, float] = dict(
    zip(DIAGNOSES, (0.35, 0.7, 0.55, 0.95, 0.3, 0.65, 0.7, 0.85, 0.95, 0.95, 0.25, 0.8), strict=True)
)
MEAN_STAY: dict[str, float] = dict(
    zip(DIAGNOSES, (3.0, 7.5, 5.0, 10.5, 4.5, 6.5, 3.0, 6.5, 11.0, 3.5, 3.0, 4.0), strict=True)
)
RELAPSE: dict[str, float] = dict(
    zip(DIAGNOSES, (0.0, 1.3, 0.6, 0.7, 0.4, 1.1, 0.2, 0.3, 0.1, -0.8, -1.5, -0.7), strict=True)
)

# Shares of the main medicine, which sum to 1; "" is none. Warfarin, Digoxin and Ramipril stand in no public list of
# the contract, so that `other` has something to do.
MEDICATION: dict[str, dict[str, float]] = {
    "Hypertension": {"Lisinopril": 0.42, "Amlodipine": 0.36, "Metoprolol": 0.14, "Ramipril": 0.02, "": 0.06},
    "Heart failure": {"Furosemide": 0.46, "Metoprolol": 0.26, "Lisinopril": 0.2, "Digoxin": 0.02, "": 0.06},
    "Coronary artery disease": {"Atorvastatin": 0.44, "Aspirin": 0.34, "Metoprolol": 0.17, "": 0.05},
    "Stroke": {"Aspirin": 0.5, "Atorvastatin": 0.32, "Amlodipine": 0.08, "Warfarin": 0.02, "": 0.08},
    "Type 2 diabetes": {"Metformin": 0.6, "Insulin": 0.3, "Atorvastatin": 0.06, "": 0.04},
    "COPD": {"Salbutamol": 0.56, "Prednisolone": 0.34, "Amoxicillin": 0.06, "": 0.04},
    "Asthma": {"Salbutamol": 0.66, "Prednisolone": 0.24, "": 0.1},
    "Pneumonia": {"Amoxicillin": 0.74, "Prednisolone": 0.08, "Salbutamol": 0.1, "": 0.08},
    "Hip fracture": {"Ibuprofen": 0.46, "Enoxaparin": 0.44, "": 0.1},
    "Appendicitis": {"Amoxicillin": 0.38, "Ibuprofen": 0.42, "": 0.2},
    "Childbirth": {"Ibuprofen": 0.3, "": 0.7},
    "Other injury": {"Ibuprofen": 0.6, "Enoxaparin": 0.12, "": 0.28},
}

WOMEN = (
    "Ada", "Alice", "Amina", "Anna", "Beatrice", "Carla", "Chloe", "Clara", "Diana", "Elena", "Ella", "Emma",
    "Fatima", "Grace", "Hannah", "Helen", "Ingrid", "Irene", "Jane", "Julia", "Karen", "Laura", "Leila", "Lena",
    "Lucy", "Maria", "Marta", "Mei", "Nina", "Nora", "Olga", "Paula", "Priya", "Rosa", "Ruth", "Sara", "Sofia",
    "Susan", "Tessa", "Yuki",
)  # fmt: skip
MEN = (
    "Adam", "Ahmed", "Albert", "Anton", "Bruno", "Carl", "Daniel", "David", "Diego", "Edward", "Emil", "Felix",
    "Frank", "George", "Henry", "Hugo", "Ivan", "Jacob", "James", "John", "Jonas", "Karl", "Kenji", "Leo", "Liam",
    "Luca", "Mark", "Martin", "Noah", "Omar", "Oscar", "Paul", "Pedro", "Peter", "Rahul", "Robert", "Samuel",
    "Thomas", "Victor", "Wei",
)  # fmt: skip
SURNAMES = (
    "Adams", "Ali", "Andersen", "Baker", "Bauer", "Becker", "Bell", "Brown", "Castro", "Chen", "Clark", "Cohen",
    "Costa", "Cruz", "Davies", "Diaz", "Evans", "Fischer", "Foster", "Garcia", "Gray", "Green", "Gupta", "Hall",
    "Hansen", "Harris", "Hughes", "Ito", "Jensen", "Johnson", "Jones", "Khan", "Kim", "King", "Klein", "Kowalski",
    "Kumar", "Lang", "Larsen", "Lee", "Lewis", "Lopez", "Martin", "Meyer", "Miller", "Moore", "Morgan", "Moreau",
    "Murphy", "Nguyen", "Novak", "Olsen", "Patel", "Perez", "Petrov", "Reed", "Rossi", "Santos", "Sato", "Schmidt",
    "Silva", "Singh", "Smith", "Taylor", "Tran", "Turner", "Walker", "Wang", "Weber", "White", "Wilson", "Wood",
    "Young", "Zhang",
)  # fmt: skip


def diagnoses(
    age: NDArray[Any],
    female: NDArray[Any],
    smoker: NDArray[Any],
    hypertensive: NDArray[Any],
    bmi: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """One diagnosis a person: a multinomial logit whose terms are the known risk factors."""
    adult, old = age >= 18, np.maximum(age - 45, 0) / 15
    fertile = female & (age >= 18) & (age <= 45)
    never = -30.0
    scores = [
        np.where(adult, -0.6 + 1.6 * hypertensive, never),
        np.where(adult, -2.2 + 1.1 * old + 0.9 * hypertensive, never),
        np.where(adult, -1.6 + 0.8 * old + 0.7 * smoker + 0.5 * hypertensive - 0.4 * female, never),
        np.where(adult, -2.6 + 1.0 * old + 0.8 * hypertensive, never),
        np.where(adult, -1.4 + 0.4 * old + (bmi - 26) / 5, never),
        np.where(age >= 35, -2.4 + 0.7 * old + 2.0 * smoker, never),
        -0.2 - 0.02 * age + 0.5 * smoker,
        -0.9 + 0.5 * old + 0.3 * smoker + 0.6 * (age < 6),
        np.where(age >= 50, -3.6 + 1.6 * old + 0.6 * female, never),
        0.2 - 0.03 * age,
        np.where(fertile, 2.3 - 0.01 * (age - 30) ** 2, never),
        0.5 - 0.012 * age - 0.2 * female,
    ]
    noisy = np.stack(scores) + rng.gumbel(size=(len(scores), len(age)))
    return np.array(DIAGNOSES)[noisy.argmax(axis=0)]


def days(diagnosis: NDArray[Any], rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Day of admission in 2024 or 2025: fewer at weekends, and lungs fall ill in winter."""
    calendar = np.arange(np.datetime64("2024-01-01"), np.datetime64("2026-01-01"))
    weekday = (calendar.astype(np.int64) + 3) % 7  # 0 is Monday: day 0 of the epoch was a Thursday
    usual = np.where(weekday >= 5, 0.65, 1.0)
    winter = usual * (1 + 0.8 * np.cos(2 * np.pi * np.arange(len(calendar)) / 365.25))
    lungs = np.isin(diagnosis, ["COPD", "Asthma", "Pneumonia"])
    drawn = [rng.choice(calendar, len(diagnosis), p=weight / weight.sum()) for weight in (winter, usual)]
    return np.where(lungs, *drawn)
