"""The codec of a table: composes one codec per modelled column, and computes the derived columns."""

import numpy as np
import pyarrow as pa

from noctule.arrow import is_text
from noctule.codes.axis import unusable
from noctule.codes.category import CategoryCodec
from noctule.codes.codes import Attribute, Codes, ColumnCodec
from noctule.codes.derived import Derivation
from noctule.codes.gaps import fill_gaps
from noctule.codes.moment import time_axis
from noctule.codes.numeric import TextNumberCodec, numeric_axis
from noctule.codes.retype import retyped
from noctule.codes.scalar import ScalarCodec
from noctule.codes.template import TemplateCodec
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import (
    DerivedColumn,
    ModelledColumn,
    NumericColumn,
    OpenColumn,
    TemplateColumn,
    TimeColumn,
)
from noctule.contract.model import Contract
from noctule.errors import BundleError, ContractError, DataError


class Codec:
    """Rows to codes over the contract's domain, and back. A pure function of the contract, hence public.

    `attributes` are the coded variables in contract order; `domain` their sizes.
    Raises ContractError when a column's Arrow type cannot hold its domain.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._types = {c.name: arrow_type(c) for c in contract.columns}
        self._columns = {c.name: column_codec(c, self._types[c.name]) for c in contract.modelled}
        self._derived = {c.name: self._derivation(c) for c in contract.columns if isinstance(c, DerivedColumn)}
        self.attributes: tuple[Attribute, ...] = tuple(a for c in self._columns.values() for a in c.attributes)
        self.domain = {attribute.name: attribute.size for attribute in self.attributes}
        if len(self.domain) < len(self.attributes):
            raise ContractError(
                "a column has the name of another column's part",
                where=f"{contract.name}: columns",
                fix="rename the column or the part",
            )

    def column(self, attribute: Attribute) -> ColumnCodec:
        """The codec of the column that an attribute codes."""
        return self._columns[attribute.column]

    def encode(self, table: pa.Table, rows_before: int = 0) -> Codes:
        """Codes of every row; columns that are not modelled are ignored. `rows_before`: of a table given in pieces.

        Raises DataError, with column and row number (from 1), for the first cell of a column that the
        contract's rules refuse.
        """
        codes: Codes = {}
        for column in self.contract.modelled:
            at = table.schema.get_field_index(column.name)  # -1 also when two columns share the name
            if at < 0:
                raise DataError(
                    f"the table does not have column {column.name!r} once",
                    where=self.contract.name,
                    fix="ingest the source again with this contract",
                )
            codes |= self._encode_column(column, table.column(at), rows_before)
        return codes

    def _encode_column(self, column: ModelledColumn, cells: pa.ChunkedArray, rows_before: int) -> Codes:
        codec = self._columns[column.name]
        parts = [codec.encode(retyped(chunk, column, self._types[column.name])) for chunk in cells.chunks]
        empty = np.zeros(0, np.int32)
        codes = {a.name: np.concatenate([empty, *(part[a.name] for part in parts)]) for a in codec.attributes}
        first = codec.attributes[0]
        fill_gaps(codes[first.name], first.size, column, self.contract.name, rows_before)
        return codes

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Table:
        """Rows of the modelled and derived columns, in contract order, of the contract's Arrow types; see `cells`."""
        cells = self.cells(codes, rng)
        names = [column.name for column in self.contract.columns if column.name in cells]
        schema = pa.schema([(name, self._types[name]) for name in names])
        return pa.Table.from_arrays([cells[name].cast(self._types[name]) for name in names], schema=schema)

    def cells(self, codes: Codes, rng: np.random.Generator) -> dict[str, pa.Array]:
        """The modelled and derived columns, of the contract's Arrow types or dictionaries of them.

        Within a bin, values are spread evenly by `rng`: sampling is post-processing and may be seeded.
        Raises BundleError when the codes are not codes of this domain.
        """
        self._require_domain(codes)
        cells = {name: codec.decode(codes, rng) for name, codec in self._columns.items()}
        return cells | {name: derived.compute(cells[derived.column.source]) for name, derived in self._derived.items()}

    def _require_domain(self, codes: Codes) -> None:
        lengths = {len(codes[a.name]) if a.name in codes else -1 for a in self.attributes}
        sound = len(lengths) == 1 and -1 not in lengths
        if sound and lengths != {0}:
            sound = all(codes[a.name].min() >= 0 and codes[a.name].max() < a.size for a in self.attributes)
        if not sound:
            raise BundleError(
                "codes do not fit the contract's domain",
                where=self.contract.name,
                fix="decode with the contract that the model was fitted on",
            )

    def _derivation(self, column: DerivedColumn) -> Derivation:
        source = next(c for c in self.contract.modelled if c.name == column.source)
        return Derivation(column, self._types[column.name], self._columns[source.name], source.nullable)


def column_codec(column: ModelledColumn, kind: pa.DataType) -> ColumnCodec:
    """The codec of one column, stored as Arrow type `kind`."""
    match column:
        case NumericColumn() if is_text(kind):
            return TextNumberCodec(column, kind)
        case NumericColumn():
            return ScalarCodec(column, kind, numeric_axis(column, kind))
        case TimeColumn():
            return ScalarCodec(column, kind, time_axis(column, kind))
        case TemplateColumn():
            return TemplateCodec(column, kind)
        case OpenColumn():
            raise unusable(
                column.name, "its domain is not bought yet", "fit first, then use the contract of the bundle"
            )
        case _:
            return CategoryCodec(column, kind)
