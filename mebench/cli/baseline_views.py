"""How baselines are shown on the terminal: their pages, plans, progress and results."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mebench.cli.progress import duration, progress
from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, plain, width
from mebench.problems import plural, size_text

if TYPE_CHECKING:
    from mebench.baselines.estimate import Estimate
    from mebench.baselines.runner import Result
    from mebench.baselines.settings import Settings


class Stages:
    """Shows one stage after the other: each gets one bar, or lines, of its own, whatever is counted in it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._now: str | None = None
        self._show: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __call__(self, stage: str, unit: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        name = stage.partition(" (")[0]
        if name != self._now:
            self._stack.close()
            self._now = name
            self._show = self._stack.enter_context(progress(name, unit))
        self._show(done, total, unit)


def page_text(facts: dict[str, Any]) -> str:
    """Return what is known of a method, for the terminal."""
    wide, bright = width(), colour()
    parts = [f"{facts['name']} ({facts['task']}): {facts['summary']}", "", plain(facts["text"]), ""]
    presets = list(facts["presets"])
    if facts["parameters"]:
        rows = [
            [row["name"], *(_shown(row["values"][preset]) for preset in presets), f"{row['meaning']} [{row['source']}]"]
            for row in facts["parameters"]
        ]
        parts.append(
            plain_table(("parameter", *presets, "meaning [where the paper's value is from]"), rows, wide, bright)
        )
    weights = {preset: n for preset, n in facts["parameter_count"].items() if n is not None}
    if weights:
        parts.append("Learned parameters: " + ", ".join(f"{preset} {n:,}" for preset, n in weights.items()))
    if facts["paper"]:
        parts.append(f"Source: {facts['paper']['citation']}")
        parts += [f"        {facts['paper'][word]}" for word in ("link", "code") if facts["paper"][word]]
        rows = [[r["dataset"], r["protocol"], r["metric"], f"{r['value']:g}", r["source"]] for r in facts["published"]]
        if rows:
            parts += ["", plain_table(("published on", "protocol", "metric", "value", "where"), rows, wide, bright)]
    parts += [f"Slip of the paper: {slip}" for slip in facts["slips"]]
    parts.append(f"Run it: {facts['run']['twin']}")
    return "\n".join(parts)


def estimate_text(found: Estimate, settings: Settings) -> str:
    """Return the plan of a run in a few lines."""
    before = f" ({found.folds_before} are there already)" if found.folds_before else ""
    lines = [
        f"{settings.short} (preset {settings.asked.preset}) on {found.dataset} under {found.protocol}: "
        f"{plural(found.folds, 'fold')}{before}, {plural(found.items, found.noun)} to predict, seed "
        f"{settings.asked.seed}",
        f"would write {found.out}/submission.csv, submission.meta.json, report.json, and a file for each fold",
    ]
    if found.frames_to_render:
        lines.append(
            f"would render {found.frames_to_render:,} frames first: about {duration(found.render_seconds)}, "
            f"{size_text(round(found.render_bytes))}"
        )
    cost = found.cost
    if cost is None:
        lines.append("time and disk: not known, the method gives no estimate")
    else:
        lines.append(
            f"features: about {duration(cost.features)} of one process, {size_text(round(cost.bytes))}; a fold: about "
            f"{duration(cost.fold)} ({cost.made})"
        )
        lines.append(
            f"in all about {duration(found.seconds or 0)} with {plural(found.workers, 'worker')} ({found.engine})"
        )
    return "\n".join(lines)


def next_command(result: Result, settings: Settings) -> str:
    """Return what to type next."""
    submission, dataset = shlex.quote(str(result.submission)), settings.plan.dataset
    if result.report is None:
        return f"mebench validate {submission} --dataset {dataset}"
    if settings.plan.task == "spotting":
        return f"mebench score {submission} --dataset {dataset} --protocol {settings.plan.protocol} --errors"
    return f"mebench compare {submission} OTHER.csv --dataset {dataset}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    return {"None": "none", "True": "true", "False": "false"}.get(str(value), str(value))
