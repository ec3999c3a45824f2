"""Advice on a valid contract: what a reviewer would ask. Nothing here keeps a night from running by itself."""

import math
from collections.abc import Iterator

from noctule.contract.columns import NumericColumn, OpenColumn
from noctule.contract.model import Contract
from noctule.errors import UsageError
from noctule.mechanisms.accounting import epsilon_of, rho_of
from noctule.period import MOST

STRONG_EPSILON = 3.0
LARGE_DELTA = 1e-5
MANY_CODES = 400  # a pair of such columns has more cells than a usual table has rows


def lint(contract: Contract) -> list[str]:
    """One line of advice each, led by the key path it is about; empty when there is nothing to say.

    Raises ContractError when the columns cannot be coded, such as bounds that an Arrow type cannot hold, or when a
    constraint forbids nothing.
    """
    from noctule.codes import Codec  # here, since codes import contracts
    from noctule.codes.forbidden import forbidden

    forbidden(Codec(contract.stated()))
    return [*_privacy(contract), *_schedule(contract), *_columns(contract)]


def _privacy(contract: Contract) -> Iterator[str]:
    privacy = contract.privacy
    if (least := min(cap.epsilon for cap in privacy.caps)) < privacy.epsilon:
        yield (
            f"privacy.cap: {least:g} is below one night's epsilon of {privacy.epsilon:g}, "
            "so no night will be granted; raise the cap or lower epsilon"
        )
    if privacy.epsilon > STRONG_EPSILON:
        yield f"privacy.epsilon: {privacy.epsilon:g} is weak; {STRONG_EPSILON:g} or less is usual for personal data"
    if privacy.delta > LARGE_DELTA:
        yield f"privacy.delta: {privacy.delta:g} is large; keep it below 1 / (number of people), such as 1e-6"
    if contract.unit.column is None:
        yield "unit: each row is protected, not each person; name unit.column if a person can have several rows"
    if contract.unit.max_rows > 1:
        yield f"unit.max_rows: noise grows with the {contract.unit.max_rows} rows kept for one person; fewer is better"


def _schedule(contract: Contract) -> Iterator[str]:
    from noctule.engines.registry import engine  # here, since engines import contracts

    try:
        engine(contract.engine.name)
    except UsageError as refusal:
        yield f"engine.name: {refusal.what}; {refusal.fix}"
    if (most := MOST.get(contract.refresh.refit, 0)) > (held := _refits(contract)):
        yield (
            f"refresh.refit: {contract.refresh.refit} means up to {most} refits in 365 days, and the cap holds {held}; "
            f"they all fit at privacy.epsilon: {_fitting(contract, most):.3g}"
        )
    if contract.gates.max_tvd2 is None:
        yield "gates.max_tvd2: no gate on fidelity is set; 0.10 is a fair start"


def _refits(contract: Contract) -> int:
    """How many refits of this contract its cap holds."""
    privacy = contract.privacy
    return rho_of(privacy.cap.epsilon, privacy.delta) // max(rho_of(privacy.epsilon, privacy.delta), 1)


def _fitting(contract: Contract, refits: int) -> float:
    """The epsilon of one refit at which so many are within the cap, to three digits, rounded down."""
    privacy = contract.privacy
    epsilon = epsilon_of(rho_of(privacy.cap.epsilon, privacy.delta) // refits, privacy.delta)
    step = 10.0 ** (math.floor(math.log10(epsilon)) - 2) if epsilon else 1.0
    return math.floor(epsilon / step) * step


def _columns(contract: Contract) -> Iterator[str]:
    for position, column in enumerate(contract.columns):
        place = f"columns[{position}] ({column.name})"
        if not column.description and getattr(column, "release", "keep") != "drop":
            yield f"{place}: has no description; noctule describe suggests one"
        if isinstance(column, OpenColumn):
            yield f"{place}: every refit pays to estimate its domain, and rare values are lost; state it if it is known"
        elif getattr(column, "domain_source", "public") in ("data_draft", "dp_estimated"):
            yield f"{place}.domain_source: a night refuses to run until its domain is public"
        if isinstance(column, NumericColumn) and (column.bins or 0) > MANY_CODES:
            yield f"{place}.bins: {column.bins} bins spread the counts thin; 20 to 32 serve well"
    if not contract.targets:
        yield "columns: none is marked target: true, so usefulness for prediction is not measured"
