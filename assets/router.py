"""The nightly trial of the language models: a score against known answers, checks, and a picture of all nights."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from assets.metadata import metadata, picture, table
from assets.step import HANDLE
from noctule.golden import night
from noctule.golden.history import nights
from noctule.golden.plot import scores_png
from noctule.golden.verdict import DEARER, VALID, Standing
from resources.router import Models

KEY = ["router", "evaluation"]

DESCRIPTION = """How well each model describes columns whose answers are known, against its own first nights.

A model that got worse two nights in a row, lost the form of its answers, became dearer or is gone is kept out of the
nights until it was good twice, or a person accepts it: `noctule router accept MODEL`."""

CHECKS = {
    "schema_valid": f"At least {VALID:.0%} of each model's answers have the asked form.",
    "quality_vs_baseline": "No model answers worse than in its first nights.",
    "cost_unchanged": f"No model costs more than {DEARER:g} times what it did.",
    "alive": "Every model answers, and its provider knows it.",
    "not_retiring": "No model is taken away within 30 days.",
}


def evaluation() -> dg.AssetsDefinition:
    """Upstream of nothing: the router reads what it decides, and no night waits for it."""

    @dg.asset(
        key=KEY,
        group_name="router",
        kinds={"report"},
        description=DESCRIPTION,
        dagster_type=HANDLE,
        check_specs=[dg.AssetCheckSpec(name, asset=KEY, description=words) for name, words in CHECKS.items()],
    )
    def asset(models: Models) -> dg.MaterializeResult:
        with models.router() as router:
            done = night.evaluate(router, models.home, datetime.now(UTC))
        past = nights(models.home)
        judged = [trial.mean for trial in done.trials if trial.outcome == "judged"]
        return dg.MaterializeResult(
            value={"tried": len(done.trials), "able": done.able},
            metadata=metadata(
                {
                    "router/scores": picture("score of each model over the nights", scores_png(past)) if past else None,
                    "router/models": table([_row(name, one) for name, one in done.standings.items()]),
                    "router/lowest_score": min(judged, default=None),
                    "router/usd": sum(trial.usd for trial in done.trials),
                }
            ),
            check_results=_checks(done),
        )

    return asset


def _row(name: str, one: Standing) -> dict[str, Any]:
    trial = one.last
    assert trial is not None
    judged = trial.outcome == "judged"
    return {
        "model": name,
        "serves": not one.quarantined,
        "verdict": one.why,
        "score": f"{trial.mean:.3f}" if judged else None,
        "right form": f"{trial.valid:.0%}" if judged else None,
        "exact fields": f"{trial.exact:.3f}" if judged else None,
        "text": f"{trial.text:.3f}" if judged else None,
        "forbidden": trial.forbidden if judged else None,
        "median ms": round(trial.latency_ms) if judged else None,
        "tokens": trial.input_tokens + trial.output_tokens if judged else None,
        "USD": f"{trial.usd:.5f}",
    }


def _checks(done: night.Night) -> list[dg.AssetCheckResult]:
    """Warnings, since another model or the glossary serves; errors once no model that has a key may."""
    bad: dict[str, list[str]] = {name: [] for name in CHECKS}
    for name, one in done.standings.items():
        said, trial = f"{name}: {one.why}", one.last
        assert trial is not None
        if trial.outcome != "judged":
            bad["alive"].append(said)
        elif one.hard:
            bad["schema_valid" if trial.valid < VALID else "cost_unchanged"].append(said)
        elif one.bad:
            bad["quality_vs_baseline"].append(said)
    bad["not_retiring"] = [f"{name}: on {day}" for name, day in done.retiring.items()]
    nobody = bool(done.trials) and not done.able
    severity = dg.AssetCheckSeverity.ERROR if nobody else dg.AssetCheckSeverity.WARN
    sound = f"{len(done.trials)} models tried" if done.trials else "no model has a key, so none was tried"
    return [
        dg.AssetCheckResult(passed=not words, check_name=name, severity=severity, description="; ".join(words) or sound)
        for name, words in bad.items()
    ]
