"""Names inside lake/<dataset>/ and inside one release."""

from pathlib import Path

RELEASES = "releases"
POINTER = "latest.json"
LINK = "latest.parquet"

DATA = Path("data/part-000.parquet")
CARD = "README.md"
QUALITY = "quality.json"
PRIVACY = "privacy.json"
MANIFEST = "MANIFEST.sha256"
