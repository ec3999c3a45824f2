"""The watch over a standing model: each night a paid test asks whether the table has drifted away from it.

It is bought together with the refit. What a night asks: S, the sum over all pairs of attributes of the L1 distance
between tonight's counts and those of one fixed sample of the model. The model is public by then, so S moves by at most
pairs x max_rows when one unit is added to or removed from tonight's table (design.md invariant 5; `charged.py`). The
watch compares S with what the score at the fit says plus the contract's `refresh.drift`, both public, by
noctule.mechanisms.sparse_vector, whose proof covers any number of nights until the first yes.

The noise of the threshold is a secret: it lies in the vault, mode 0600, and nowhere else.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from noctule.contract.model import DRIFT, Contract
from noctule.durable import whole_file
from noctule.evaluation.charged import workload
from noctule.mechanisms.sparse_vector import AboveThreshold
from noctule.mechanisms.tap import NoiseTap

SHARE = 20  # one part in 20 of a refit's rho buys the watch over its model
FORMAT = 1


@dataclass(frozen=True)
class Watch:
    """`answers`: date -> whether that night's answer was yes. A yes is the last one."""

    test: AboveThreshold
    answers: dict[str, bool] = field(default_factory=dict[str, bool])

    @property
    def ended(self) -> str | None:
        """The night of the yes."""
        return next((night for night, yes in self.answers.items() if yes), None)

    @classmethod
    def draw(cls, domain: dict[str, int], *, nano_rho: int, max_rows: int, tap: NoiseTap) -> "Watch":
        """A watch over a table of this domain, for exactly `nano_rho`."""
        sensitivity = max_rows * len(workload(domain))  # design.md invariant 5
        return cls(AboveThreshold.draw(sensitivity=sensitivity, rho=nano_rho / 1e9, tap=tap))


def price(contract: Contract, nano_rho: int) -> int:
    """The part of a refit's `nano_rho` that goes to the watch."""
    return nano_rho // SHARE if contract.refresh.refit == "on_drift" else 0


def threshold(contract: Contract, score: dict[str, Any], total: float) -> int:
    """S at which a refit is due, in rows, of a model of `total` rows with this charged score: public."""
    due = score["tvd2"] + (contract.refresh.drift or DRIFT)
    return round(due * 2 * score["pairs"] * round(total))


def ask(watch: Watch, path: Path, night: str, count: Callable[[], int], threshold: int) -> Watch:
    """The watch with the answer of `night`, stored at `path` before anyone learns of it.

    A night has one answer, however often it is asked, and after a yes there is none: `count` is then not called.
    """
    if night in watch.answers or watch.ended:
        return watch
    watch = replace(watch, answers={**watch.answers, night: watch.test.reached(count(), threshold)})
    keep(watch, path)
    return watch


def keep(watch: Watch, path: Path) -> None:
    content = {"format": FORMAT, **asdict(watch)}
    for folder in reversed(path.parents[:2]):
        folder.mkdir(mode=0o700, exist_ok=True)
    with whole_file(path) as partial:
        partial.touch(mode=0o600)
        partial.write_text(json.dumps({**content, "sha256": _digest(content)}, indent=1))


def read(path: Path) -> Watch | None:
    """The watch kept at `path`; None when it is missing or damaged, and no answer can be given any more."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        if content.pop("sha256") != _digest(content) or content.pop("format") != FORMAT:
            return None
        return Watch(AboveThreshold(**content["test"]), content["answers"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
