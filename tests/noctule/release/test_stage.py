"""Staged rows have the contract's exact schema, are the same for the same seed, and come in bounded blocks."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.engines.bundle import Bundle
from noctule.evaluation.validity import validity
from noctule.release.stage import stage, tables


def test_the_file_has_the_schema_of_the_contract_and_valid_rows(bundle: Bundle, staged: Path) -> None:
    table = pq.read_table(staged)
    assert table.schema.equals(release_schema(bundle.contract), check_metadata=True)
    assert table.schema.field("age").metadata == {b"description": b"Years | at entry", b"unit": b"years"}
    assert table.num_rows == 500
    assert validity(table, bundle.contract) == 1.0


def test_identifiers_and_pii_are_stand_ins_or_absent(staged: Path) -> None:
    table = pq.read_table(staged)
    assert not {"person", "phone"} & set(table.column_names)
    assert table["row"].to_pylist() == list(range(1, 501))
    assert len(table["full_name"].unique()) > 450


def test_the_same_seed_gives_the_same_bytes(bundle: Bundle, staged: Path, tmp_path: Path) -> None:
    again = stage(bundle, rows=500, seed=3, folder=tmp_path / "again")
    other = stage(bundle, rows=500, seed=4, folder=tmp_path / "other")
    assert again.read_bytes() == staged.read_bytes()
    for name in ("age", "full_name"):
        assert pq.read_table(other)[name] != pq.read_table(staged)[name]


def test_no_rows_give_an_empty_file_of_the_same_schema(bundle: Bundle, tmp_path: Path) -> None:
    table = pq.read_table(stage(bundle, rows=0, seed=3, folder=tmp_path))
    assert table.num_rows == 0 and table.schema.equals(release_schema(bundle.contract))


def test_row_groups_are_compressed_and_dictionary_encoded(bundle: Bundle, staged: Path) -> None:
    metadata = pq.read_metadata(staged)
    chunk = metadata.row_group(0).column(bundle.contract.columns.index(bundle.contract.column("drug")) - 2)
    assert chunk.path_in_schema == "drug" and chunk.compression == "ZSTD"
    assert "RLE_DICTIONARY" in chunk.encodings


def test_blocks_continue_the_surrogate_and_repeat_no_stand_in(
    make_contract: Callable[..., Contract], make_bundle: Callable[[Contract], Bundle]
) -> None:
    columns = [
        {"name": "row", "role": "identifier", "release": "surrogate"},
        {"name": "record", "role": "pii", "pii": "medical_record", "release": "fake"},
        {"name": "flag", "type": "boolean"},
    ]
    bundle = make_bundle(make_contract(columns))
    blocks = list(tables(bundle, rows=250_100, seed=1))
    assert list(tables(bundle, rows=250_100, seed=1, workers=3)) == blocks
    assert [block.num_rows for block in blocks] == [250_000, 100]  # memory holds one block at a time
    assert blocks[1]["row"].to_pylist() == list(range(250_001, 250_101))
    whole = pa.concat_tables(blocks)
    assert len(whole["record"].unique()) > 249_000  # 8 digits: about 310 of 250,100 meet by chance
    first = set(blocks[0]["record"].to_pylist()[:100])
    assert len(first & set(blocks[1]["record"].to_pylist())) < 2
