"""An invented table to try everything on: `python -m noctule.example.patients data/patients.csv`."""
