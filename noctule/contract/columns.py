"""The kinds of column a contract can declare. All of it is public: written by a person, never read off rows."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    field_validator,
    model_validator,
)

DomainSource = Literal["public", "codebook", "dp_estimated", "data_draft"]
# What a language model outside may be told of a column: each level tells all that the one before it tells.
ExternalLlm = Literal["forbid", "names_only", "schema", "dp_stats", "synthetic_samples"]
LLM_LEVELS: tuple[ExternalLlm, ...] = get_args(ExternalLlm)
Scalar = StrictInt | StrictStr
Number = StrictInt | Annotated[float, Field(strict=True, allow_inf_nan=False)]


def as_text(value: Any) -> Any:
    """A scalar as it is written in a YAML key: maps are keyed by text, so that they survive JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


Key = Annotated[StrictStr, BeforeValidator(as_text)]


class Strict(BaseModel):
    """Base of every contract part: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(Strict):
    """Who gave a description that the contract itself does not give, and what became of it (noctule.describe)."""

    source: StrictStr
    status: StrictStr
    cost: StrictStr = ""  # of a model's answer: tokens, price, version of the prompt, day


class _Column(Strict):
    name: Annotated[StrictStr, Field(min_length=1, pattern=r"^[^\x00-\x1f]+$")]
    description: StrictStr = ""
    external_llm: ExternalLlm | None = None  # as the dataset's, or stricter
    arrow: StrictStr | None = None  # exact Arrow type, when the default of `type` is not the source's
    told: Annotated[Told | None, Field(exclude=True)] = None  # of `description`; None where the file itself gives it

    @field_validator("told", mode="before")
    @classmethod
    def _not_in_files(cls, value: Any) -> None:
        raise ValueError("told is filled in by noctule: remove it; descriptions/ holds who said what")


class IdentifierColumn(_Column):
    """A key of the unit or of the row. Never modelled; `surrogate` gives 1..n instead."""

    role: Literal["identifier"]
    release: Literal["drop", "surrogate"] = "drop"


class PiiColumn(_Column):
    """A direct identifier. Never modelled; `fake` draws stand-ins after sampling."""

    role: Literal["pii"]
    pii: Literal[
        "person_name", "first_name", "last_name", "email", "phone", "address", "city", "postcode",
        "national_id", "medical_record", "account", "card", "iban", "ip", "mac", "url", "username",
        "date_of_birth", "geo", "licence_plate", "vin", "passport", "company", "other",
    ]  # fmt: skip
    release: Literal["drop", "fake"] = "drop"
    locale: StrictStr = "en_US"  # of the fakes
    nullable: StrictBool = False


class FreeTextColumn(_Column):
    """Prose. It cannot be modelled by marginals and is always dropped."""

    role: Literal["free_text"]
    release: Literal["drop"] = "drop"


class _Modelled(_Column):
    nullable: StrictBool = False
    target: StrictBool = False
    domain_source: DomainSource = "public"


class OpenColumn(_Modelled):
    """A column whose domain nobody stated: the fit buys it with epsilon (noctule.purchase), `type: unknown` as well.

    The effective contract, which the model bundle holds, has a column of another kind in its place.
    """

    type: Literal["integer", "number", "category", "date", "datetime", "unknown"] = "unknown"
    domain_source: Literal["dp_estimated"] = "dp_estimated"  # pyright: ignore[reportIncompatibleVariableOverride]
    nullable: StrictBool = True

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not self.nullable:
            raise ValueError(
                "nullable: a bought column is always nullable, for a rare cell may not fit what was bought"
            )
        return self


class NumericColumn(_Modelled):
    """A number on public bounds, cut into bins; `atoms` and `special` codes stand beside the bins.

    `atoms: auto` has the fit look for them, with epsilon (noctule.purchase.atoms); until then there are none.
    """

    type: Literal["integer", "number"]
    bounds: tuple[Number, Number]
    bins: Annotated[StrictInt, Field(ge=1, le=4096)] | None = None
    scale: Literal["linear", "log"] = "linear"
    step: Annotated[Number, Field(gt=0)] | None = None  # public resolution of the values, from the lower bound
    atoms: tuple[Number, ...] | Literal["auto"] = "auto"
    special: dict[StrictStr, StrictStr] = Field(default_factory=dict)  # code -> meaning; column stays text
    outside: Literal["clip", "null", "refuse"] = "clip"
    unit: StrictStr = ""

    @property
    def points(self) -> tuple[Number, ...]:
        """The atoms that are known: none while they are still to be found."""
        return () if self.atoms == "auto" else self.atoms

    @model_validator(mode="after")
    def _sound(self) -> Self:
        low, high = self.bounds
        if low >= high:
            raise ValueError("bounds are the wrong way round: write [low, high] with low < high")
        if self.scale == "log" and low < 0:
            raise ValueError("scale: log needs bounds of 0 or more; use scale: linear, or raise the lower bound")
        if outlying := [i for i, atom in enumerate(self.points) if not low <= atom <= high]:
            raise ValueError(f"atoms[{outlying[0]}] is outside bounds: widen bounds or remove the atom")
        if len(set(self.points)) != len(self.points):
            raise ValueError("atoms holds a value twice: keep one")
        if self.type == "integer" and any(int(x) != x for x in (low, high, *self.points, self.step or 1)):
            raise ValueError("type: integer needs whole bounds, atoms and step; or declare type: number")
        if self.outside == "null" and not self.nullable:
            raise ValueError("outside: null needs nullable: true")
        for code in self.special:
            if re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", code):
                raise ValueError("a special code looks like a number: declare numbers as atoms")
        return self


class CategoryColumn(_Modelled):
    """One of a public list of values. `other` names what stands for every undeclared value."""

    type: Literal["category"]
    categories: Annotated[tuple[Scalar, ...], Field(min_length=1)]
    other: StrictBool | Scalar = False
    labels: dict[Key, StrictStr] = Field(default_factory=dict)  # public meaning of codes

    @property
    def other_label(self) -> int | str | None:
        """The value released for undeclared ones; None when there is no such value."""
        if self.other is False:
            return None
        return "other" if self.other is True else self.other

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len({type(c) for c in self.categories}) > 1:
            raise ValueError("categories mix numbers and text: quote the numbers, as the source holds text")
        if len(set(self.categories)) != len(self.categories):
            twice = next(i for i, c in enumerate(self.categories) if c in self.categories[:i])
            raise ValueError(f"categories overlap: entry {twice + 1} stands twice; keep one")
        if (label := self.other_label) is not None:
            if label in self.categories:
                raise ValueError("other overlaps with categories: give it a label of its own, other: LABEL")
            if type(label) is not type(self.categories[0]):
                raise ValueError("other needs a label of the categories' own type, such as other: -1")
        if strangers := set(self.labels) - {as_text(c) for c in self.categories}:
            raise ValueError(f"labels has {len(strangers)} keys that are not in categories: remove them")
        return self


class BooleanColumn(_Modelled):
    type: Literal["boolean"]


class TimeColumn(_Modelled):
    """A date or a point in time on public bounds, cut into equal bins."""

    type: Literal["date", "datetime"]
    bounds: tuple[date | datetime, date | datetime]
    bins: Annotated[StrictInt, Field(ge=1, le=4096)] | None = None
    outside: Literal["clip", "null", "refuse"] = "clip"

    @model_validator(mode="after")
    def _sound(self) -> Self:
        first, last = self.bounds
        if len({(type(bound), getattr(bound, "tzinfo", None) is None) for bound in self.bounds}) > 1:
            raise ValueError("bounds mix dates, times or time zones: write both in the same form")
        if first >= last:  # pyright: ignore[reportOperatorIssue] - of one form, as just checked
            raise ValueError("bounds are the wrong way round: write [first, last] with first < last")
        if self.outside == "null" and not self.nullable:
            raise ValueError("outside: null needs nullable: true")
        return self


class Part(Strict):
    """One number inside a template, such as the systolic of "120/80"."""

    type: Literal["integer"]
    bounds: tuple[StrictInt, StrictInt]
    bins: Annotated[StrictInt, Field(ge=1, le=4096)] | None = None
    unit: StrictStr = ""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.bounds[0] >= self.bounds[1]:
            raise ValueError("bounds are the wrong way round: write [low, high] with low < high")
        return self


class TemplateColumn(_Modelled):
    """Text with numbers in fixed places, such as `{systolic}/{diastolic}`; each part is modelled."""

    type: Literal["text"]
    format: StrictStr
    parts: Annotated[dict[StrictStr, Part], Field(min_length=1)]

    @property
    def fields(self) -> list[str]:
        return re.findall(r"{([^{}]*)}", self.format)

    @property
    def pattern(self) -> str:
        """Regular expression of a cell, not anchored, a group a part; 18 digits are what an int64 surely holds."""
        literals = [re.escape(text) for text in re.split(r"{[^{}]*}", self.format)]
        groups = [f"(?P<part{number}>-?[0-9]{{1,18}})" for number in range(len(self.fields))]
        return "".join(text + group for text, group in zip(literals, [*groups, ""], strict=True))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if sorted(self.fields) != sorted(self.parts):
            raise ValueError("format and parts disagree: each {name} in format needs one entry in parts")
        if re.search(r"}{", self.format):
            raise ValueError("format needs text between two parts, or a cell cannot be read back")
        return self


class DerivedColumn(_Column):
    """A column fixed by another through a public map; never modelled, computed after sampling."""

    source: Annotated[StrictStr, Field(alias="from")]
    map: Annotated[dict[Key, StrictBool | Scalar | Number], Field(min_length=1)]
    nullable: StrictBool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len({float if type(v) in (int, float) else type(v) for v in self.map.values()}) > 1:
            raise ValueError("map mixes types: its values must all be numbers, all text, or all true/false")
        return self


def _kind(value: Any) -> str | None:
    given: dict[str, Any] = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    if "role" in given:
        return given["role"] if given["role"] in ("identifier", "pii", "free_text") else None
    if "from" in given or "map" in given:
        return "derived"
    stated = "bounds" in given or "categories" in given or given.get("type") in ("boolean", "text")
    if given.get("domain_source") == "dp_estimated" and not stated:
        return "open"
    kinds = {"integer": "numeric", "number": "numeric", "date": "time", "datetime": "time"}
    kinds |= {"category": "category", "boolean": "boolean", "text": "template"}
    return kinds.get(str(given.get("type")))


Column = Annotated[
    Annotated[IdentifierColumn, Tag("identifier")]
    | Annotated[PiiColumn, Tag("pii")]
    | Annotated[FreeTextColumn, Tag("free_text")]
    | Annotated[DerivedColumn, Tag("derived")]
    | Annotated[OpenColumn, Tag("open")]
    | Annotated[NumericColumn, Tag("numeric")]
    | Annotated[CategoryColumn, Tag("category")]
    | Annotated[BooleanColumn, Tag("boolean")]
    | Annotated[TimeColumn, Tag("time")]
    | Annotated[TemplateColumn, Tag("template")],
    Discriminator(
        _kind,
        custom_error_type="column_kind",
        custom_error_message="a column needs `type` (integer, number, category, boolean, date, datetime, text), "
        "`role` (identifier, pii, free_text) or `from`",
    ),
]

ModelledColumn = OpenColumn | NumericColumn | CategoryColumn | BooleanColumn | TimeColumn | TemplateColumn
