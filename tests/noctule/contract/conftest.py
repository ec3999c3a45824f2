"""A contract with one column of each kind, as text."""

import pytest

TEXT = """\
name: sample
title: A sample
population: testers
source: {kind: csv, path: data/sample.csv}
unit: {column: person, max_rows: 2}
columns:
  - {name: person, role: identifier, release: drop}
  - {name: full_name, role: pii, pii: person_name, release: fake}
  - {name: note, role: free_text}
  - {name: age, type: integer, bounds: [0, 110], bins: 22, unit: years}
  - name: pressure
    type: text
    format: "{high}/{low}"
    parts: {high: {type: integer, bounds: [60, 240]}, low: {type: integer, bounds: [30, 150]}}
  - {name: drug, type: category, categories: [A, B, NO], other: true, nullable: true}
  - {name: code, from: drug, map: {A: 1, B: 2, NO: 3, other: 9}, nullable: true}
  - {name: day, type: date, bounds: [2020-01-01, 2024-12-31]}
  - {name: back, type: boolean, target: true}
  - {name: gain, type: number, bounds: [0, 1.0e5], scale: log, atoms: [0], special: {N: not applicable}}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
engine: {name: mst}
"""


@pytest.fixture(scope="session")
def text() -> str:
    return TEXT
