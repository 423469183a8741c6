"""Excerpts of a twin of clips: the frames from onset to offset, and of the tiny one a few clips of a few people."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from mebench.datasets.twin.clip_statistics import CASME2_NAMED, SMIC_AT_LEAST
from mebench.datasets.twin.sampling import Draws
from mebench.datasets.twin.sizes import Recognition

_KINDS = {
    "surprise": "surprise", "positive": "positive", "happiness": "positive", "others": "others", "fear": "",
    "sadness": "",
}  # fmt: skip
"""The classes of MEGC2019, of which everything else is negative; fear and sadness are not in all of its databases."""
_ORDER = ("surprise", "positive", "negative", "others")

_APART = {
    "casme2": {f"sub{subject}/{name}" for subject, name in CASME2_NAMED},
    "smic": {subject for subject, _ in SMIC_AT_LEAST},
}
"""Clips that a published rule knows by their names, and subjects with clips that have no row of their own."""


def clips(
    videos: pd.DataFrame, movements: pd.DataFrame, original: str, size: Recognition, draws: Draws
) -> pd.DataFrame:
    """Return the rows of the kept clips, each with the frames from onset to offset.

    Parameters
    ----------
    videos, movements : pandas.DataFrame
        Of the full twin (:class:`mebench.datasets.twin.generate.Twin`), one movement a clip, in the same order.
    original : str
        The dataset of which it is a twin.
    size : Recognition
    draws : Draws
    """
    kept = videos.assign(
        first_frame=movements["onset"].to_numpy(), n_frames=(movements["offset"] - movements["onset"] + 1).to_numpy()
    )
    if size.subjects is None:
        return kept
    chosen = _few(movements, _APART.get(original, ()), size, draws)
    return kept[kept["video"].isin(chosen)].reset_index(drop=True)


def _few(movements: pd.DataFrame, apart: Collection[str], size: Recognition, draws: Draws) -> set[str]:
    """Return some clips of the people who show most kinds of emotion, as many kinds of each as there are."""
    of: dict[str, dict[str, list[str]]] = {}
    for subject, video, emotion in movements[["subject", "video", "emotion"]].itertuples(index=False):
        kind = _KINDS.get(emotion, "negative")
        if kind and not {subject, video} & set(apart):
            of.setdefault(subject, {}).setdefault(kind, []).append(video)
    subjects = draws.shuffled(sorted(of))
    subjects.sort(key=lambda subject: min(len(of[subject]), len(_ORDER) - 1), reverse=True)
    chosen: set[str] = set()
    for subject in subjects[: size.subjects]:
        queues = [draws.shuffled(of[subject][kind]) for kind in _ORDER if kind in of[subject]]
        rounds = [queue[k] for k in range(size.clips) for queue in queues if k < len(queue)]
        chosen.update(rounds[: size.clips])
    return chosen
