"""A year of nights under each refit policy, at a yearly cap of epsilon 3 and delta 1e-6: errors, refits, money.

    python -m bench.year --tables adult,nist --policies nightly,weekly,monthly,on_drift --drift none,slow,sudden

Each policy refits at the epsilon at which its calendar just fits the cap; on_drift at that of monthly, with room to
spare. The ledger is a real one (SQLite), its clock set to each night; `begin`, the watch and the engine are the ones a
deployment runs. What a night's table is: the training rows, drawn again by weights that a public rule moves (RULES).

Fits remember nothing here (bench.reuse shows what that would save), so they are independent of each other: a model is
fitted only where the error of its release is printed or its watch is asked. Other refits are charged all the same, and
leave a stand-in that nobody looks at.
"""

import argparse
import math
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.bands import WORK, rows
from bench.inputs import ROOT, find
from noctule import drift
from noctule.codes import Codes
from noctule.contract import Contract
from noctule.contract.load import load
from noctule.contract.model import Refresh
from noctule.counts import CodesCounts
from noctule.engines import bundle as bundles
from noctule.engines.adaptive import Adaptive
from noctule.engines.bundle import Bundle
from noctule.engines.model import Grouping, Model, Step
from noctule.engines.shape import Shape
from noctule.evaluation.charged import charged_tvd2, total_distance
from noctule.evaluation.fidelity import tvd
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import epsilon_of, rho_of
from noctule.mechanisms.tap import NoiseTap
from noctule.models import fit_key, folder_of, paid_for
from noctule.night import Night, begin, watch_file, watched
from noctule.period import next_refit, period_of
from noctule.purchase.price import charge
from noctule.refresh import SCORE_SEED, SCORE_SHARE

CAP, DELTA = 3.0, 1e-6
START = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)
NIGHTS = (1, 30, 90, 180, 190, 270, 365)
BREAK = 180  # the night of the sudden drift
# What moves, by table: a row weighs exp(strength x the mean of its standardized codes). Strength goes from 0 to 1 over
# the year (slow), or at once (sudden).
RULES = {"adult": {"age": 1.0, "income": 1.0}, "nist": {"AGEP": 1.0, "PINCP_DECILE": 1.0}}


@dataclass
class Tables:
    """The table of each night, as codes."""

    name: str
    codes: Codes
    drift: str
    score: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        mixed = np.random.default_rng(0).permutation(len(next(iter(self.codes.values()))))
        self.codes = {name: column[mixed] for name, column in self.codes.items()}
        moved = [weight * _standardized(self.codes[name]) for name, weight in RULES[self.name].items()]
        self.score = np.mean(moved, axis=0)

    def of(self, night: int, nights: int) -> Codes:
        """As many rows as there are, each about as often as it weighs; rows change little from night to night."""
        strength = {"none": 0.0, "slow": night / nights, "sudden": float(night >= BREAK)}[self.drift]
        weight = np.exp(strength * self.score)
        upto, rows = np.cumsum(weight) / weight.sum(), weight.size
        chosen = np.searchsorted(upto, (np.arange(rows) + 0.5) / rows)
        return {name: column[chosen] for name, column in self.codes.items()}


@dataclass
class Year:
    """What one policy came to: night -> tvd2 of its release against that night's table; refits; epsilon spent."""

    policy: str
    epsilon: float
    errors: dict[int, float] = field(default_factory=dict[int, float])
    refits: list[int] = field(default_factory=list[int])
    spent: float = 0.0
    cpu: float = 0.0


def simulate(contract: Contract, shape: Shape, tables: Tables, nights: int, printed: set[int]) -> Year:
    """Every night in order: settle it, ask the watch, charge and fit where a refit is due, and judge the release."""
    year = Year(contract.refresh.refit, contract.privacy.epsilon)
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), [START]
        ledger = Ledger(home.ledger, now=lambda: clock[0])
        model, sample, score = _stand_in(shape), None, {}
        for night in range(1, nights + 1):
            clock[0] = START + timedelta(days=night - 1)
            table = CodesCounts(tables.of(night, nights), shape.domain)
            tonight = begin(contract, home, ledger, clock[0])
            if tonight.action == "test":
                tonight = _asked(contract, tonight, home, table, model, sample, score)
            if tonight.action == "refit":
                year.refits.append(night)
                wanted = not printed.isdisjoint(range(night, _until(contract, night, nights)))
                model, score = _refit(contract, tonight, shape, table, home, ledger, fits=wanted)
                sample = CodesCounts(model.sample(round(model.total), SCORE_SEED), shape.domain)
            if night in printed:
                released = model.sample(round(model.total), seed=1000 + night)
                year.errors[night] = float(np.mean(list(tvd(table.codes(), released, shape.domain, 2).values())))
        year.spent = recomputed([entry.nano_rho for entry in ledger.entries() if entry.kind == "reserve"])
        assert not ledger.verify() and year.spent <= CAP
    year.cpu = time.process_time() - begun
    return year


def _until(contract: Contract, night: int, nights: int) -> int:
    """The night after the last one that a model fitted on this night serves; a watch may keep it to the end."""
    moment = START + timedelta(days=night - 1)
    upcoming = next_refit(contract.refresh, moment)
    return nights + 1 if upcoming is None else night + (upcoming - moment.date()).days


def _asked(
    contract: Contract, night: Night, home: Home, table: CodesCounts, model: Model, sample: Any, score: dict[str, Any]
) -> Night:
    file = watch_file(contract, home, night.period)
    watch = drift.read(file)
    assert watch is not None and sample is not None
    due = drift.threshold(contract, score, model.total)
    drift.ask(watch, file, night.date, lambda: total_distance(table, sample, round(model.total)), due)
    return watched(contract, night, home)


def _refit(
    contract: Contract, night: Night, shape: Shape, table: CodesCounts, home: Home, ledger: Ledger, *, fits: bool
) -> tuple[Model, dict[str, Any]]:
    """Reserve, fit (or not), keep and commit, as noctule.refresh does with a snapshot."""
    key, rho, tap = fit_key(contract, night.period), charge(contract).nano_rho, NoiseTap()
    reservation = ledger.reserve(contract, key=key, event={"name": "ZCDpEvent", "rho": rho / 1e9}, nano_rho=rho)
    model, score = _stand_in(shape), {}
    if fits:
        for_watch = drift.price(contract, rho)
        for_score = (rho - for_watch) // SCORE_SHARE
        budget = {"nano_rho": rho - for_watch - for_score, "max_rows": 1, "tap": tap}
        model = Adaptive().fit(table, shape, **budget)
        sample = CodesCounts(model.sample(round(model.total), SCORE_SEED), shape.domain)
        found = charged_tvd2(table, sample, rows=model.total, nano_rho=for_score, max_rows=1, tap=tap)
        score = {"tvd2": found.tvd2, "pairs": found.pairs}
        if for_watch:
            made = drift.Watch.draw(shape.domain, nano_rho=for_watch, max_rows=1, tap=tap)
            drift.keep(made, watch_file(contract, home, night.period))
        tap.require_equal(rho)
    receipt = {"key": key, "reservation": reservation.seq, "snapshot": "", "score": score}
    bundles.write(Bundle(contract, model, receipt), folder_of(contract, home, key))
    ledger.commit(reservation, paid_for(contract, key, night.period))
    return model, score


def _stand_in(shape: Shape) -> Model:
    """A model of uniform columns: what lies in the place of one that nobody looks at."""
    steps = tuple(Step(name, (), np.full(size, 1 / size)) for name, size in shape.domain.items())
    return Model(dict(shape.domain), 1.0, steps, {name: Grouping.identity(n) for name, n in shape.domain.items()})


def recomputed(nano_rhos: list[int]) -> float:
    """Epsilon of all charges at DELTA by Google's dp-accounting: Renyi divergences, not our conversion."""
    from dp_accounting import NeighboringRelation, ZCDpEvent
    from dp_accounting.rdp import RdpAccountant

    orders = (1 + np.geomspace(1, 1000, 50_000)).tolist()
    accountant = RdpAccountant(orders=orders, neighboring_relation=NeighboringRelation.ADD_OR_REMOVE_ONE)
    for rho in nano_rhos:
        accountant.compose(ZCDpEvent(rho / 1e9))
    return float(accountant.get_epsilon(DELTA))


def contract_of(name: str, policy: str, nights: int) -> Contract:
    """The table's example contract under this policy; no heavy value is bought, so that all columns stay as coded."""
    calendar = Refresh.model_validate({"refit": "monthly" if policy == "on_drift" else policy})
    refits = len({period_of(calendar, START + timedelta(days=night)) for night in range(nights)})
    epsilon = epsilon_of(rho_of(CAP, DELTA) // refits, DELTA)
    words = load(find(name, WORK).contract).model_dump(by_alias=True)
    for column in words["columns"]:
        if column.get("atoms") == "auto":
            column["atoms"] = []
    cap = {"epsilon": CAP, "per": "year"}
    words["privacy"] = {"epsilon": math.floor(epsilon * 1e6) / 1e6, "delta": DELTA, "cap": cap}
    words["refresh"] = {"refit": policy}
    return Contract.model_validate(words)


def report(name: str, drifted: str, years: list[Year], printed: list[int]) -> None:
    print(f"\n{name}, drift {drifted}: tvd2 of the night's release against that night's table\n")
    nights = " | ".join(f"night {night}" for night in printed)
    print(f"| policy | epsilon a refit | refits | epsilon spent | {nights} | CPU s |")
    print("|---|---|---|---|" + "---|" * (len(printed) + 1))
    for year in years:
        errors = " | ".join(f".{round(1000 * year.errors[night]):03}" for night in printed)
        spent = f"{math.ceil(year.spent * 1e4) / 1e4:.4f}"
        print(f"| {year.policy} | {year.epsilon:.3f} | {len(year.refits)} | {spent} | {errors} | {year.cpu:.0f} |")
        if year.policy == "on_drift":
            print(f"  on_drift refitted on nights {', '.join(map(str, year.refits))}")


def plot(name: str, found: dict[str, list[Year]], out: Path) -> None:
    """Error by night for each drift, and on the right the mean error against the epsilon that the year spent."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found) + 1, figsize=(4.2 * (len(found) + 1), 3.6), sharey=True)
    marks = dict(zip(found, "osd^v", strict=False))
    for axis, (drifted, years) in zip(axes, found.items(), strict=False):
        for number, year in enumerate(years):
            nights = sorted(year.errors)
            errors = [year.errors[night] for night in nights]
            axis.plot(nights, errors, marker="o", ms=2.5, color=f"C{number}", label=year.policy)
            mean = float(np.mean(errors))
            axes[-1].plot(year.spent, mean, marks[drifted], color=f"C{number}", label=f"{year.policy}, {drifted}")
        axis.set(title=f"{name}, drift {drifted}", xlabel="night")
        axis.legend(fontsize=8)
    axes[0].set(ylabel="mean TVD of pairs", ylim=(0, None))
    axes[-1].set(title="mean over the nights shown", xlabel="epsilon spent in the year", xlim=(0, CAP + 0.2))
    axes[-1].legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(out / f"year_{name}.png", dpi=110)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__.splitlines()[0])
    parser.add_argument("--tables", default="adult")
    parser.add_argument("--policies", default="nightly,weekly,monthly,on_drift")
    parser.add_argument("--drift", default="none,slow,sudden")
    parser.add_argument("--nights", type=int, default=365, help="of the year")
    parser.add_argument("--every", type=int, default=0, help="judge every so many nights as well, for the plot")
    parser.add_argument("--plots", type=Path, default=ROOT / "docs", help="folder of year_TABLE.png")
    given = parser.parse_args()
    printed = [night for night in NIGHTS if night <= given.nights]
    judged = {*printed, *(range(given.every, given.nights + 1, given.every) if given.every else ())}
    WORK.mkdir(parents=True, exist_ok=True)
    print(f"cap: epsilon {CAP:g} and delta {DELTA:g} in 365 days; the ledger is charged on all {given.nights} nights,")
    print("models are fitted where a release is judged or a watch is asked; spent: recomputed with dp-accounting")
    for name in given.tables.split(","):
        shape, codes = rows(find(name, WORK))
        found: dict[str, list[Year]] = {}
        for drifted in given.drift.split(","):
            tables = Tables(name, codes, drifted)
            found[drifted] = [
                simulate(contract_of(name, policy, given.nights), shape, tables, given.nights, judged)
                for policy in given.policies.split(",")
            ]
            report(name, drifted, found[drifted], printed)
        plot(name, found, given.plots)


def _standardized(codes: NDArray[np.int32]) -> NDArray[np.float64]:
    return (codes - codes.mean()) / codes.std()


if __name__ == "__main__":
    main()
