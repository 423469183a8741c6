"""What a run would do, how long it takes and how much disk it needs, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mebench.baselines.config import Cost, Work
from mebench.baselines.folds_store import Store
from mebench.baselines.material import datasets_of, expressions_of_plan, twin_dials
from mebench.baselines.settings import Settings
from mebench.datasets import catalog, library
from mebench.extras import needed

_TOLD_BY_NOBODY = "the method gives no estimate"


@dataclass(frozen=True)
class Estimate:
    """The plan of a run.

    Parameters
    ----------
    out : str
    dataset, protocol : str
    folds, folds_before : int
    items : int
        Videos or clips that are predicted.
    noun : str
        What they are.
    workers, feature_workers : int
    engine : str
    frames_to_render : int
        Of twins whose frames are not here yet; 0 if all are.
    render_seconds, render_bytes : float
    cost : Cost or None
        For one process.
    """

    out: str
    dataset: str
    protocol: str
    folds: int
    folds_before: int
    items: int
    noun: str
    workers: int
    feature_workers: int
    engine: str
    frames_to_render: int
    render_seconds: float
    render_bytes: float
    cost: Cost | None

    @property
    def seconds(self) -> float | None:
        """All of it, with the workers that there are; None if the method gives no estimate."""
        if self.cost is None:
            return None
        left = self.folds - self.folds_before
        rounds = -(-left // self.workers)
        features = self.cost.features / self.feature_workers if left else 0.0
        return self.render_seconds + features + rounds * self.cost.fold

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        cost = vars(self.cost) if self.cost is not None else None
        return {**vars(self), "cost": cost, "seconds": self.seconds}


def estimate(settings: Settings) -> Estimate:
    """Return the plan of a run and what it costs."""
    plan = settings.plan
    store = Store(settings.out.resolve(), settings.key)
    before = sum(store.get(fold.name) is not None for fold in plan.folds)
    work = work_of(settings)
    to_render, seconds, size = (0, 0.0, 0.0) if before == len(plan.folds) else _rendering(settings)
    return Estimate(
        out=str(settings.out),
        dataset=plan.dataset,
        protocol=plan.protocol,
        folds=len(plan.folds),
        folds_before=before,
        items=work.items,
        noun="video" if plan.task == "spotting" else "clip",
        workers=settings.workers,
        feature_workers=settings.feature_workers,
        engine=settings.asked.engine,
        frames_to_render=to_render,
        render_seconds=seconds,
        render_bytes=size,
        cost=settings.method().cost(work),
    )


def work_of(settings: Settings) -> Work:
    """Return how much there is to do; nothing is read but tables. Events are those of the types that it can tell."""
    plan = settings.plan
    items: dict[tuple[str, str], int] = {}
    frames: dict[tuple[str, str], int] = {}
    for name in datasets_of(plan):
        for subject, n in _lengths(settings, name):
            items[name, subject] = items.get((name, subject), 0) + 1
            frames[name, subject] = frames.get((name, subject), 0) + n
    events: dict[tuple[str, str], int] = dict.fromkeys(items, 0)
    if plan.task == "spotting":
        table = expressions_of_plan(plan)
        table = table[table["type"].isin(getattr(settings.kind, "TYPES", table["type"]))]
        for key in zip(table["dataset"], table["subject"], strict=True):
            events[key] = events.get(key, 0) + 1
    else:
        events = items
    folds = len(plan.folds)
    by_dataset: dict[str, int] = {}
    for (name, _), n in frames.items():
        by_dataset[catalog.original_name(name)] = by_dataset.get(catalog.original_name(name), 0) + n

    def mean(of: dict[tuple[str, str], int]) -> float:
        return sum(of.get((who.dataset, who.subject), 0) for fold in plan.folds for who in fold.train) / folds

    return Work(
        folds=folds,
        items=sum(items.get((who.dataset, who.subject), 0) for who in plan.tested),
        frames=sum(frames.get((who.dataset, who.subject), 0) for who in plan.tested),
        train_items=mean(items),
        train_frames=mean(frames),
        events=mean(events),
        by_dataset=by_dataset,
        device=settings.run.device,
    )


def _lengths(settings: Settings, name: str) -> list[tuple[str, int]]:
    """Return the subject and the number of frames of each video or clip; 0 where it is not known."""
    if settings.plan.task == "spotting":
        videos = library.load_dataset(name).videos
        return [(str(s), int(n)) for s, n in zip(videos["subject"], videos["n_frames"].fillna(0), strict=True)]
    samples = settings.plan.samples
    wanted = set(samples.keys) if samples is not None else set()
    clips = library.load_clips(name).clips
    length = (clips["offset"] - clips["onset"] + 1).fillna(0)
    columns = zip(clips["subject"], clips["clip"], length, strict=True)
    return [(str(s), int(n)) for s, c, n in columns if (name, s, c) in wanted]


def _rendering(settings: Settings) -> tuple[int, float, float]:
    """Return frames, seconds and bytes of the twins that are to be rendered; what is there already is left out."""
    if not settings.kind.NEEDS_FRAMES or settings.asked.places.frames is not None:
        return 0, 0.0, 0.0
    n, time, size = 0, 0.0, 0.0
    for name in datasets_of(settings.plan):
        if not catalog.is_twin(name) or name in library.registered():
            continue
        with needed("twins"):
            from mebench.datasets.twin.generate import twin
            from mebench.files import cache_folder
            from mebench.rendering.estimate import n_bytes, seconds
            from mebench.rendering.plan import Plan as RenderPlan
        from pathlib import Path

        made, dials = twin(name), twin_dials(name, settings.asked.places.amplitude)
        place = cache_folder() / "twins-1" / f"{name}-0-{RenderPlan(made, dials, Path()).key()}"
        jobs = RenderPlan(made, dials, place).jobs
        missing = sum(job.n_frames for job in jobs if not job.is_complete())
        share = missing / max(sum(job.n_frames for job in jobs), 1)
        n, time, size = (
            n + missing,
            time + share * seconds(made, settings.feature_workers),
            size + share * n_bytes(made),
        )
    return n, time, size
