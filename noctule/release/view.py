"""latest.sql: the newest release as a DuckDB view, with its descriptions as comments."""

import pyarrow as pa

from noctule.release.layout import LINK


def view(dataset: str, schema: pa.Schema) -> str:
    """SQL to be read in the dataset's folder (`duckdb -init latest.sql`).

    The path is relative, so that a lake may be moved or mounted elsewhere; DuckDB reads it from where it runs. The view
    follows `latest.parquet`, and so needs no renewal when a release with the same columns comes.
    """
    name = _name(dataset)
    lines = [f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({_text(LINK)});"]  # noqa: S608 - quoted
    for field in schema:
        if described := (field.metadata or {}).get(b"description"):
            lines.append(f"COMMENT ON COLUMN {name}.{_name(field.name)} IS {_text(described.decode())};")
    return "\n".join(lines) + "\n"


def _name(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
