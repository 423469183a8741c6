"""Synthetic twins: datasets that anyone may have, in the layout and with the statistics of the licensed ones.

A twin is made from a seed alone, in a few hundredths of a second and without touching the disk. Its annotation comes
as the sheets of the distributed workbook, defects included, so that it goes through the same reader as the original.
Every count of the original is kept exactly (events by type, videos, subjects, defects); frames are drawn from aggregate
tables, so no row of a licensed table appears.

Every random number comes from a stream named by seed, twin and purpose (:class:`mebench.datasets.twin.sampling.Draws`),
and those of one video are named ``"video", VIDEO, PURPOSE``: a later step such as rendering takes purposes of its own
and leaves the annotation as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from mebench.datasets.catalog import SIZES, TWIN_SUFFIX, is_twin, of_size, original_name, size_of, twins
from mebench.datasets.sheets import Sheet
from mebench.datasets.twin import casme2, casme_sq, samm, samm_lv, sizes, smic, smic_e_long
from mebench.datasets.twin.excerpt import stretches
from mebench.datasets.twin.excerpt_clips import clips
from mebench.datasets.twin.kept import Kept
from mebench.datasets.twin.sampling import Draws
from mebench.datasets.twin.timeline import DoesNotFit, Timeline
from mebench.problems import UserError, quoted, unknown_name


class _Layout(NamedTuple):
    """What a layout module offers: how to fill the original's sheets and thin them out, and what the copy is called."""

    build: Callable[[int, Callable[..., Draws]], tuple[list[Sheet], list[Timeline]]]
    keep: Callable[[Sequence[Sheet], Kept], list[Sheet]]
    workbook: str
    fps: float


_LAYOUTS: Mapping[str, _Layout] = {
    "samm-lv" + TWIN_SUFFIX: _Layout(
        lambda seed, stream: samm_lv.build(seed, stream, lambda me: _samm_units(seed, me)),
        samm_lv.keep,
        samm_lv.WORKBOOK,
        samm_lv.FPS,
    ),
    "casme-sq" + TWIN_SUFFIX: _Layout(casme_sq.build, casme_sq.keep, casme_sq.WORKBOOK, casme_sq.FPS),
    "smic-e-long" + TWIN_SUFFIX: _Layout(smic_e_long.build, smic_e_long.keep, smic_e_long.WORKBOOK, smic_e_long.FPS),
    "casme2" + TWIN_SUFFIX: _Layout(casme2.build, casme2.keep, casme2.WORKBOOK, casme2.FPS),
    "smic" + TWIN_SUFFIX: _Layout(smic.build, smic.keep, smic.WORKBOOK, smic.FPS),
    "samm" + TWIN_SUFFIX: _Layout(
        lambda seed, stream: samm.build(seed, stream, _samm_movements(seed)), samm.keep, samm.WORKBOOK, samm.FPS
    ),
}
_ATTEMPTS = 50


@dataclass(frozen=True)
class Twin:
    """A synthetic dataset without its frames.

    Parameters
    ----------
    name : str
    seed : int
    sheets : tuple of Sheet
        The annotation workbook, in the distributed layout.
    workbook_name : str
        The file name under which the original is distributed.
    videos : pandas.DataFrame
        Every video, with events or without: ``subject``, ``video``, ``fps``, ``first_frame``, ``n_frames``. In a
        recognition twin each clip is a video of its own, named like its folder (``sub01/EP02_01f``). In an excerpt
        these are the frames that are left, under the numbers that they have in the full twin.
    movements : pandas.DataFrame
        What the faces do, which the workbook reports with its defects: ``subject``, ``video``, ``number``, ``type``,
        ``onset``, ``apex``, ``offset``, ``emotion``, ``action_units``. It is what frames are rendered from; nothing
        is scored against it.
    subjects : int or None
        How many of the subjects are left, if not all.
    """

    name: str
    seed: int
    sheets: tuple[Sheet, ...]
    workbook_name: str
    videos: pd.DataFrame
    movements: pd.DataFrame
    subjects: int | None = None


def twin(name: str, seed: int = 0) -> Twin:
    """Make a twin.

    Parameters
    ----------
    name : str
        E.g. ``"casme-sq-twin"``, or an excerpt of it, ``"casme-sq-twin-small"``.
    seed : int
        Not negative. The same seed gives the same twin on every machine.

    Raises
    ------
    UserError
        If there is no such twin, or the seed is no whole number of at least 0.
    """
    if not is_twin(name):
        raise unknown_name("twin", name, [twin for size in SIZES for twin in twins(size)])
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UserError(f"{quoted(seed)} is no seed. Give a whole number of at least 0.")
    if size_of(name) != "full":
        return _excerpt(name, twin(of_size(name, "full"), seed))
    layout = _LAYOUTS[name]
    for attempt in range(_ATTEMPTS):
        try:
            sheets, timelines = layout.build(seed, _streams(seed, name, attempt))
        except DoesNotFit:
            continue
        videos, movements = _videos(timelines, layout.fps), _movements(timelines)
        return Twin(name, seed, tuple(sheets), layout.workbook, videos, movements)
    raise RuntimeError(f"{name} does not come out with seed {seed}")


def restricted(whole: Twin, videos: pd.DataFrame, name: str) -> Twin:
    """Return a part of a twin: some videos, each perhaps cut down to a stretch, and the rows of what happens in them.

    Parameters
    ----------
    whole : Twin
    videos : pandas.DataFrame
        Rows of ``whole.videos`` in their order, with ``first_frame`` and ``n_frames`` of the stretch; a movement is
        kept if it lies in it, and one behind the end of its video stays with the video's last frame.
    name : str
        Of the part.
    """
    first, n_frames = (
        dict(zip(videos["video"], videos[column], strict=True)) for column in ("first_frame", "n_frames")
    )
    ends = dict(zip(whole.videos["video"], whole.videos["first_frame"] + whole.videos["n_frames"], strict=True))
    stays = []
    for video, onset, offset in whole.movements[["video", "onset", "offset"]].itertuples(index=False):
        end = first[video] + n_frames[video] if video in first else 0
        stays.append(video in first and first[video] <= onset and (offset < end or end == ends[video]))
    sheets = _LAYOUTS[of_size(whole.name, "full")].keep(whole.sheets, Kept(frozenset(first), tuple(stays)))
    movements = whole.movements[stays].reset_index(drop=True)
    return Twin(name, whole.seed, tuple(sheets), whole.workbook_name, videos.reset_index(drop=True), movements)


def of_subjects(whole: Twin, n: int) -> Twin:
    """Return the part of a twin that shows its first ``n`` subjects.

    Raises
    ------
    UserError
        If it has not so many.
    """
    subjects = list(dict.fromkeys(whole.videos["subject"]))
    if not 1 <= n <= len(subjects):
        raise UserError(f"--subjects {n}: {whole.name} has {len(subjects)}. Give a number from 1 to {len(subjects)}.")
    kept = whole.videos[whole.videos["subject"].isin(subjects[:n])]
    return replace(restricted(whole, kept, whole.name), subjects=n)


def _excerpt(name: str, whole: Twin) -> Twin:
    original, size = original_name(name), size_of(name)
    draws = Draws(whole.seed, whole.name, "excerpt", size)
    if (original, size) in sizes.SPOTTING:
        videos = stretches(whole.videos, whole.movements, sizes.SPOTTING[original, size], draws)
    else:
        videos = clips(whole.videos, whole.movements, original, sizes.RECOGNITION[size], draws)
    return restricted(whole, videos, name)


def _samm_units(seed: int, long: Sequence[samm.Movement]) -> list[str]:
    return samm.action_units(_streams(seed, "samm" + TWIN_SUFFIX, 0), long)


def _samm_movements(seed: int) -> list[samm.Movement]:
    """Return the micro-expressions of the twin of SAMM Long Videos, whose clips those of SAMM's twin are."""
    long = twin("samm-lv" + TWIN_SUFFIX, seed)
    columns = ("Filename", "Apex")
    header = next(row for row in long.sheets[0].rows if columns[0] in row)
    name, apex = (header.index(column) for column in columns)
    without_apex = {row[name] for row in long.sheets[0].rows if row[apex] == -1}
    moved = long.movements
    names = moved["video"] + "_" + moved["number"].astype(str)
    fields = ["subject", "video", "number", "onset", "apex", "offset", "emotion", "action_units"]
    table = moved[fields].assign(has_apex=~names.isin(without_apex))[moved["type"] == "me"]
    return [samm.Movement(*values) for values in table.to_numpy().tolist()]


def _streams(seed: int, name: str, attempt: int) -> Callable[..., Draws]:
    """Return what opens the streams of a twin; only a draw that does not come out is drawn anew, from others."""
    again = (f"attempt {attempt}",) if attempt else ()
    return lambda *words: Draws(seed, name, *words, *again)


def _videos(timelines: Sequence[Timeline], fps: float) -> pd.DataFrame:
    columns = {
        "subject": [t.subject for t in timelines],
        "video": [t.video for t in timelines],
        "fps": [fps] * len(timelines),
        "first_frame": [t.first_frame for t in timelines],
        "n_frames": [t.n_frames for t in timelines],
    }
    return pd.DataFrame(columns).astype({"fps": "float64", "first_frame": "int64", "n_frames": "int64"})


def _movements(timelines: Sequence[Timeline]) -> pd.DataFrame:
    fields = ("number", "type", "onset", "apex", "offset", "emotion", "action_units")
    rows = [(t.subject, t.video, *(getattr(e, f) for f in fields)) for t in timelines for e in t.events]
    return pd.DataFrame(rows, columns=["subject", "video", *fields])
