"""`--where` and `--rebalance`: words of the command line into a model under a condition."""

import re
from collections.abc import Iterable

import numpy as np

from noctule.codes import Codec
from noctule.codes.choice import choice
from noctule.engines.model import Model
from noctule.errors import UsageError


def where(model: Model, codec: Codec, conditions: Iterable[str]) -> Model:
    """The model of rows that meet all conditions `COLUMN=VALUE`; several on one column allow any of their values.

    Raises UsageError for words that mean nothing, and for rows that the model never draws.
    """
    evidence: dict[str, np.ndarray] = {}
    for words in conditions:
        name, value = _sides(words, "--where COLUMN=VALUE or COLUMN=LOW..HIGH")
        mask = choice(codec, name, value)
        evidence[name] = mask | evidence.get(name, False)
    return model.given(evidence)


def rebalance(model: Model, codec: Codec, words: str) -> Model:
    """The model with shares of values set, as `COLUMN=VALUE:SHARE,VALUE:SHARE`.

    Values that are not named keep their odds among each other in what is left. Raises UsageError for words that mean
    nothing, and for shares that cannot be met.
    """
    name, pairs = _sides(words, _REBALANCE)
    if not re.fullmatch(rf"(?:{_PAIR})+", pairs):
        raise UsageError(f"cannot read {words!r}", fix=f"write {_REBALANCE}")
    named = [(choice(codec, name, value), float(share)) for value, share in re.findall(_PAIR, pairs)]
    rest = 1 - sum(share for _, share in named)
    times = np.sum([mask for mask, _ in named], axis=0)
    if rest < -1e-9 or times.max() > 1:
        raise UsageError(
            "shares add up to more than 1, or a value is named twice", where=words, fix="name each value once"
        )
    present = model.marginal(name)
    wanted = np.zeros(present.size)
    for mask, share in [*named, (times == 0, max(rest, 0.0))]:
        mass = present[mask].sum()
        if mass > 0:
            wanted[mask] = share * present[mask] / mass
        elif share > 1e-9:
            raise UsageError("a share goes to values that the model never draws", where=words, fix="leave them out")
    return model.rebalanced(name, wanted)


_REBALANCE = "--rebalance COLUMN=VALUE:SHARE,VALUE:SHARE with shares such as 0.5"
_PAIR = r"(.*?):(\d*\.?\d+)(?:,|$)"


def _sides(words: str, form: str) -> tuple[str, str]:
    name, sign, value = words.partition("=")
    if not sign:
        raise UsageError(f"cannot read {words!r}", fix=f"write {form}")
    return name, value
