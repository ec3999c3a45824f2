"""The contract: the public description of one table, its unit of privacy, budget and schedule."""

import hashlib
import json
import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, StrictStr, model_validator

from noctule.contract.columns import (
    LLM_LEVELS,
    CategoryColumn,
    Column,
    DerivedColumn,
    ExternalLlm,
    ModelledColumn,
    OpenColumn,
    Strict,
    TemplateColumn,
    as_text,
)
from noctule.errors import ContractError

Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
DRIFT = 0.03  # where on_drift does not say: as much again as a good model's own error

CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))  # minute, hour, day, month, weekday


def _cron(text: str) -> str:
    fields = text.split(" ")
    if len(fields) != 5 or not all(re.fullmatch(r"[0-9A-Za-z*,/-]+", field) for field in fields):
        raise ValueError('write five cron fields, such as "30 2 * * *"')
    for field, (low, high) in zip(fields, CRON, strict=True):
        if any(not low <= int(number) <= high for number in re.findall(r"(?<!/)\b\d+", field)):
            raise ValueError(f"a cron field is out of range: here, {low} to {high}")
    return text


def _owner(text: str) -> str:
    if not re.fullmatch(r"team:[A-Za-z0-9_.-]+|[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise ValueError("write an e-mail address, or team:NAME")
    return text


class Source(Strict):
    """Where the raw table lies and how to read it. `rows` and `sha256` may also come from `manifest` (JSON)."""

    kind: Literal["csv", "parquet"]
    path: StrictStr
    delimiter: Annotated[StrictStr, Field(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    nulls: tuple[StrictStr, ...] = ("",)
    extra: Literal["refuse", "drop"] = "refuse"  # undeclared columns
    min_rows: Annotated[StrictInt, Field(ge=1)] = 1
    rows: Annotated[StrictInt, Field(ge=1)] | None = None
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    manifest: StrictStr | None = None


class Unit(Strict):
    """Whose privacy is protected: the value of `column` (a person), or the row when it is None."""

    column: StrictStr | None = None
    max_rows: Annotated[StrictInt, Field(ge=1)] = 1


class Cap(Strict):
    """The most that may be spent: on everybody's charges of the population, or on those of this dataset alone."""

    epsilon: Positive
    per: Literal["year", "lifetime"]
    of: Literal["population", "dataset"] = "population"

    def words(self) -> str:
        return f"epsilon {self.epsilon!r} per {self.per} of the {self.of}"


def listed(value: Any) -> Any:
    """One cap as the list of one that it stands for."""
    return (value,) if isinstance(value, dict | Cap) else value


class Privacy(Strict):
    """What one refit costs, and the caps, which a charge must satisfy all. In a file, `cap` is one or a list."""

    epsilon: Positive
    delta: Annotated[Positive, Field(lt=1)]
    caps: Annotated[tuple[Cap, ...], BeforeValidator(listed), Field(min_length=1, alias="cap")]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if all(cap.of == "dataset" for cap in self.caps):
            raise ValueError("cap names none of the population: a person may be in other datasets; add one")
        return self

    @property
    def cap(self) -> Cap:
        """The first cap of the population: the one that totals are told for."""
        return next(cap for cap in self.caps if cap.of == "population")


class EngineChoice(Strict):
    name: StrictStr = "adaptive"


class Refresh(Strict):
    """When a night runs, and which nights refit. `version` is declared public by the owner; changing it refits."""

    schedule: Annotated[StrictStr, AfterValidator(_cron)] = "30 2 * * *"
    timezone: StrictStr = "UTC"
    refit: Literal["nightly", "weekly", "monthly", "on_drift", "on_new_version"] = "nightly"
    between: Literal["resample", "skip"] = "resample"  # what the other nights do
    version: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,62}$")] | None = None
    drift: Annotated[float, Field(gt=0, le=1)] | None = None  # mean TVD of pairs beyond that after the fit; None: DRIFT
    rows: Literal["same"] | Annotated[StrictInt, Field(ge=1)] = "same"
    assumed_drift: Annotated[float, Field(ge=0, le=1)] | None = 0.01  # mean TVD between refits; None: remember nothing

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.timezone not in available_timezones():
            raise ValueError("timezone is unknown: use an IANA name such as Europe/Berlin")
        if (self.version is not None) != (self.refit == "on_new_version"):
            raise ValueError("version and refit: on_new_version belong together: state both, or neither")
        if self.drift is not None and self.refit != "on_drift":
            raise ValueError("drift has a meaning only with refit: on_drift; leave it out")
        return self


class Gates(Strict):
    max_tvd2: Annotated[float, Field(gt=0, le=1)] | None = None
    min_validity: Annotated[float, Field(ge=0, le=1)] = 1.0


class Publisher(Strict):
    """Who publishes the releases, and under which terms: words for the card and for registries."""

    name: Annotated[StrictStr, Field(min_length=1)]
    type: Literal["Government", "Industry", "Nonprofit"] | None = None  # the registry's own three words
    region: StrictStr = ""
    sector: Literal["Technology", "Healthcare", "Education", "Government", "Energy", "Finance"] | None = None
    use: StrictStr = ""
    license: StrictStr = ""
    url: StrictStr = ""


class ReleaseTo(Strict):
    to: Literal["lake"] = "lake"
    keep: Annotated[StrictInt, Field(ge=1)] = 30


Value = StrictBool | StrictInt | Annotated[float, Field(strict=True, allow_inf_nan=False)] | StrictStr | None
Condition = Value | Annotated[tuple[Value, ...], Field(min_length=1)]


class Constraint(Strict):
    """A combination that cannot be, by public knowledge: the conditions of `forbid` never hold in one row.

    A condition is a value, a list of values, null for a missing one, or a range LOW..HIGH of numbers or dates with
    both ends included, either of which may be left out. A part of a template is named `column.part`.
    """

    forbid: Annotated[dict[StrictStr, Condition], Field(min_length=2, max_length=3)]
    description: StrictStr = ""


def _row_unit(value: Any) -> Any:
    return {} if value == "row" else value


class Contract(Strict):
    """The whole file. `unit: row` stands for a table in which every row is another person."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    title: StrictStr = ""
    description: StrictStr = ""
    owner: Annotated[StrictStr, AfterValidator(_owner)] | None = None
    population: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    source: Source
    unit: Annotated[Unit, BeforeValidator(_row_unit)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    constraints: tuple[Constraint, ...] = ()
    privacy: Privacy
    engine: EngineChoice = EngineChoice()
    refresh: Refresh = Refresh()
    gates: Gates = Gates()
    release: ReleaseTo = ReleaseTo()
    publisher: Publisher | None = None
    external_llm: ExternalLlm = "schema"  # at most; a column may be stricter

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [column.name for column in self.columns]
        if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
            raise ValueError(f"column {twice!r} is declared twice; keep one")
        if self.unit.column is not None and self.unit.column not in names:
            raise ValueError(f"unit.column {self.unit.column!r} is not among the columns: declare it, or fix the name")
        if self.unit.column is None and self.unit.max_rows != 1:
            raise ValueError("unit.max_rows counts rows of a unit.column: name the column, or write unit: row")
        if not self.modelled:
            raise ValueError("no column is modelled: declare at least one with a type")
        for column in self.columns:
            if isinstance(column, DerivedColumn):
                self._check_derived(column)
        known = self._attributes()
        for at, constraint in enumerate(self.constraints):
            if strangers := [name for name in constraint.forbid if name not in known]:
                raise ValueError(f"constraints[{at}] forbids {strangers[0]!r}, which is no modelled column or part")
        return self

    def _attributes(self) -> set[str]:
        """What a constraint may name: modelled columns, and the parts of templates."""
        parts = {f"{c.name}.{part}" for c in self.columns if isinstance(c, TemplateColumn) for part in c.parts}
        return {column.name for column in self.modelled} | parts

    def _check_derived(self, column: DerivedColumn) -> None:
        origin = next((c for c in self.modelled if c.name == column.source), None)
        if origin is None:
            raise ValueError(f"column {column.name!r}: from {column.source!r} is not a modelled column")
        if isinstance(origin, OpenColumn) and not column.nullable:
            raise ValueError(f"column {column.name!r}: from {column.source!r} has no stated values; add nullable: true")
        if isinstance(origin, CategoryColumn):
            known = [*origin.categories, *([] if origin.other_label is None else [origin.other_label])]
            if (gap := [k for k in known if as_text(k) not in column.map]) and not column.nullable:
                raise ValueError(f"column {column.name!r}: map leaves out {len(gap)} categories; add them, or nullable")

    @property
    def modelled(self) -> list[ModelledColumn]:
        """The columns the engine learns from, in contract order."""
        return [column for column in self.columns if isinstance(column, ModelledColumn)]

    def stated(self) -> "Contract":
        """This contract without the columns whose domain is still to be bought: what can be coded before a fit."""
        open_ones = {column.name for column in self.columns if isinstance(column, OpenColumn)}
        kept = [c for c in self.columns if not open_ones & {c.name, getattr(c, "source", "")}]
        sound = [constraint for constraint in self.constraints if not open_ones & set(constraint.forbid)]
        return self.model_copy(update={"columns": tuple(kept), "constraints": tuple(sound)})

    def with_domains_of(self, effective: "Contract") -> "Contract":
        """This contract in the form that a fit under it gave its columns; words may have changed since, for free."""
        described = zip(self.columns, effective.columns, strict=True)
        columns = tuple(
            bought.model_copy(update={"description": ours.description, "told": ours.told}) for ours, bought in described
        )
        return self.model_copy(update={"columns": columns, "constraints": effective.constraints})

    def llm_level(self, column: Column) -> ExternalLlm:
        """What a model outside may be told of the column: the stricter of its own word and the dataset's."""
        at = min(LLM_LEVELS.index(level) for level in (column.external_llm or self.external_llm, self.external_llm))
        return LLM_LEVELS[at]

    @property
    def targets(self) -> list[str]:
        return [column.name for column in self.modelled if column.target]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def digest(self) -> str:
        """SHA-256 (hex) over the whole contract, as printed in passports."""
        return _sha256(self.model_dump(mode="json", by_alias=True))

    def fit_digest(self) -> str:
        """SHA-256 (hex) over what a fit depends on. Words, schedule, cap and gates may change without a refit."""
        words = {"description", "external_llm"}
        columns = [column.model_dump(mode="json", by_alias=True, exclude=words) for column in self.columns]
        return _sha256(
            {
                "population": self.population,
                "unit": self.unit.model_dump(),
                "columns": columns,
                "constraints": [constraint.model_dump(mode="json")["forbid"] for constraint in self.constraints],
                "epsilon": self.privacy.epsilon,
                "delta": self.privacy.delta,
                "engine": self.engine.model_dump(),
            }
        )

    def approval_digest(self) -> str:
        """SHA-256 (hex) over what a privacy officer signs (noctule.contract.approval)."""
        from noctule.contract.approval import digest, terms  # here, since approval imports contracts

        return digest(terms(self))

    def require_public_domains(self) -> None:
        """Refuse synthesis on a domain read off the data without a charge. Raises ContractError."""
        fixes = {
            "data_draft": "review the values against a code book, then write domain_source: public",
            "dp_estimated": "leave its domain out, and the fit buys it; or write public, if a person stated it",
        }
        for position, column in enumerate(self.columns):
            if not isinstance(column, ModelledColumn) or isinstance(column, OpenColumn):
                continue
            if (fix := fixes.get(column.domain_source)) is not None:
                raise ContractError(
                    f"column {column.name!r} has domain_source: {column.domain_source}, but its domain is written here",
                    where=f"{self.name}: columns[{position}].domain_source",
                    fix=fix,
                )


def _sha256(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
