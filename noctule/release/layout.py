"""Names inside lake/<dataset>/ and inside one release."""

from pathlib import Path

RELEASES = "releases"
POINTER = "latest.json"
LINK = "latest.parquet"
VIEW = "latest.sql"
ROLLBACKS = "rollbacks.jsonl"

DATA = Path("data/part-000.parquet")
CARD = "README.md"
QUALITY = "quality.json"
PRIVACY = "privacy.json"
CERTIFICATE = "certificate.json"
PAGE = "certificate.html"
REPORT = "report.html"
CROISSANT = "croissant.json"
DATAPACKAGE = "datapackage.json"
NOTEBOOK = "starter.ipynb"
MANIFEST = "MANIFEST.sha256"
SIGNATURE = "MANIFEST.sha256.sig"
