"""The names of a file's columns against those of the contract: same set, any order, each once."""

import csv

from noctule.contract.model import Source
from noctule.errors import DataError
from noctule.ingest.faults import refusal


def first_line(text: bytes) -> bytes:
    """Up to the first line end outside quotes; all of `text` when there is none."""
    quoted = False
    for at, byte in enumerate(text):
        quoted ^= byte == ord('"')
        if not quoted and byte in b"\r\n":
            return text[:at]
    return text


def names_of(line: bytes, delimiter: str) -> list[str]:
    """The names in a header line; none when it is blank, or holds a cell longer than any name."""
    try:
        return next(csv.reader([line.decode(errors="replace")], delimiter=delimiter), [])
    except csv.Error:
        return []


def require_columns(names: list[str], declared: list[str], source: Source) -> None:
    """Refuse missing, doubled and (unless `extra: drop`) undeclared columns. Raises DataError.

    Undeclared names are not printed: in a file without a header they are cells.
    """
    if missing := [name for name in declared if name not in names]:
        raise _missing(names, declared, missing, source)
    if twice := [at for at, name in enumerate(names) if name in names[:at]]:
        column = names[twice[0]] if names[twice[0]] in declared else twice[0] + 1
        raise refusal(source, "two columns have the same name", column=column, row=0, fix="give each its own name")
    undeclared = [at + 1 for at, name in enumerate(names) if name not in declared]
    if undeclared and source.extra == "refuse":
        numbers = ", ".join(map(str, undeclared))
        raise refusal(
            source,
            f"the contract does not declare the columns with the numbers {numbers}",
            fix="declare them under columns, or write source.extra: drop",
            row=0,
        )


def _missing(names: list[str], declared: list[str], missing: list[str], source: Source) -> DataError:
    if len(names) == 1 and len(declared) > 1:
        other = next((d for d in ",;\t|" if set(declared) <= set(names[0].split(d))), None)
        fix = f"write source.delimiter: {other!r}" if other else "correct source.delimiter"
        what = f"with the delimiter {source.delimiter!r} the file is one column wide"
        return refusal(source, what, fix=fix, row=0)
    if len(missing) == len(declared):
        what = "none of the declared columns is named in the first line"
        return refusal(source, what, fix="put the column names into the first line, exactly as declared", row=0)
    fix = "deliver them, or take them out of the contract; names must agree to the letter"
    return refusal(source, f"declared columns are missing: {', '.join(map(repr, missing))}", fix=fix, row=0)
