"""Source file -> snapshot in the vault: read strictly, bound contributions, store once under a keyed content hash."""

import hashlib
import hmac
import json
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.durable import sha256_of, sync, sync_tree, whole_file
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest.bounding import kept_rows, require_units
from noctule.ingest.delimited import read_csv
from noctule.ingest.faults import refusal
from noctule.ingest.journal import recorded
from noctule.ingest.parquet import read_parquet, stored
from noctule.ingest.reads import record
from noctule.ingest.snapshot import DATA, FACTS, FORMAT, Snapshot, facts, folder, load
from noctule.ingest.source import Promise, Stamp, locate, promise, require_sha256, stamp
from noctule.ingest.writer import write_parquet
from noctule.locks import locked

LAST = "last.json"  # which snapshot the source gave when it was last read


def ingest(contract: Contract, home: Home, root: Path) -> Snapshot:
    """Read `contract.source` (its path is relative to `root`) into the vault and return its snapshot.

    The same content gives the same id and is stored once. The read is recorded before the snapshot has its name, so no
    snapshot is without; a file that was refused leaves none that anything could rest on. Raises DataError, and leaves
    no file behind, when anything in the source is not as the contract says; ContractError when the contract cannot be
    read by.
    """
    schema, source = source_schema(contract), contract.source
    promised, path = promise(source, root), locate(source, root)
    seen = stamp(path)
    require_sha256(path, source, promised)
    with _draft(folder(home, contract.name)) as draft:
        raw = draft / "raw.parquet"
        rows, content = write_parquet(_batches(contract, path, schema, promised), schema, raw)
        if stamp(path) != seen:
            raise refusal(source, "the file changed while it was read", fix="run again once it is delivered in full")
        kept = kept_rows(raw, contract.unit, home.vault_key())
        if kept is None:
            raw.rename(draft / DATA)
        else:
            _, content = write_parquet(_filtered(raw, kept), schema, draft / DATA)
            raw.unlink()
        id = hmac.new(home.vault_key(), content, "sha256").hexdigest()[:32]
        record(home, contract.name, id, "ingest", columns=schema.names)
        dropped = 0 if kept is None else int((~kept).sum())
        snapshot = _store(draft, home, contract.name, id, rows=rows - dropped, rows_dropped=dropped)
        _note(snapshot, seen, _settings(contract, schema, promised))
    return snapshot


def unchanged(contract: Contract, home: Home, root: Path) -> Snapshot | None:
    """The snapshot of the last ingest, if source file, promise and ingest settings are those of then; else None.

    Goes by size and time of the file and opens neither it nor the snapshot's rows. Raises CertificateError when the
    journal of its reads is damaged.
    """
    dataset = folder(home, contract.name)
    path = root / contract.source.path
    try:
        last: dict[str, Any] = json.loads((dataset / LAST).read_text())
        now = asdict(stamp(path))
    except (OSError, ValueError):
        return None
    settings = _settings(contract, source_schema(contract), promise(contract.source, root))
    if last["source"] != now or last["settings"] != settings or facts(dataset / last["id"]) is None:
        return None
    if not any(line["step"] == "ingest" for line in recorded(home, contract.name, last["id"])):
        return None  # of a time before reads were recorded, or its journal was lost: no release could rest on it
    return Snapshot(contract.name, last["id"], dataset / last["id"])


def _batches(contract: Contract, path: Path, schema: pa.Schema, promised: Promise) -> Iterator[pa.RecordBatch]:
    source, rows = contract.source, 0
    csv = source.kind == "csv"
    for batch in read_csv(path, source, schema, promised) if csv else read_parquet(path, source, schema):
        require_units(batch, contract.unit, source, rows)
        rows += batch.num_rows
        yield batch
    if rows < source.min_rows:
        what = "the file has a header and no rows" if rows == 0 else "the file has fewer rows than source.min_rows"
        raise refusal(source, what, fix="have the file delivered again, or lower source.min_rows")
    if promised.rows not in (None, rows):
        fix = "have the file delivered again, or correct the number"
        raise refusal(source, "the number of rows is not the one stated (contract or manifest)", fix=fix)


def _filtered(raw: Path, kept: NDArray[np.bool_]) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in stored(raw):
        yield batch.filter(pa.array(kept[start : start + batch.num_rows]))
        start += batch.num_rows


@contextmanager
def _draft(dataset: Path) -> Generator[Path]:
    """A folder beside the snapshots, gone afterwards whatever happens; one ingest of a dataset at a time."""
    for part in (dataset.parent, dataset):
        part.mkdir(mode=0o700, exist_ok=True)
    with locked(dataset):
        for stale in dataset.glob(".draft-*"):  # of a run that was killed
            shutil.rmtree(stale)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=dataset))
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _store(draft: Path, home: Home, dataset: str, id: str, *, rows: int, rows_dropped: int) -> Snapshot:
    """Move the draft into its place, unless the same content stands there already, whole."""
    final = draft.parent / id
    if final.exists():
        try:
            return load(home, dataset, id)
        except DataError:
            shutil.rmtree(final)
    data = draft / DATA
    known = {"format": FORMAT, "dataset": dataset, "id": id, "bytes": data.stat().st_size, "sha256": sha256_of(data)}
    known |= {"rows": rows, "rows_dropped": rows_dropped, "created": _now()}
    _write(draft / FACTS, known)
    data.chmod(0o400)
    (draft / FACTS).chmod(0o400)
    sync_tree(draft)
    draft.rename(final)
    sync(final.parent)
    return Snapshot(dataset, id, final)


def _note(snapshot: Snapshot, seen: Stamp, settings: str) -> None:
    with whole_file(snapshot.path.parent / LAST) as partial:
        _write(partial, {"id": snapshot.id, "source": asdict(seen), "settings": settings, "ingested": _now()})


def _settings(contract: Contract, schema: pa.Schema, promised: Promise) -> str:
    """SHA-256 (hex) over what, beside the file, decides on a snapshot's content or on its being refused."""
    parts = {
        "format": FORMAT,
        "source": contract.source.model_dump(mode="json"),
        "unit": contract.unit.model_dump(),
        "columns": [[field.name, str(field.type)] for field in schema],
        "promise": asdict(promised),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
