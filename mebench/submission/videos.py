"""Which video each row of a submission means, however its author spells the id."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.datasets import catalog
from mebench.datasets.dataset import Dataset
from mebench.problems import quoted, suggest
from mebench.submission.cells import Cells
from mebench.submission.findings import Fault, Findings

_LONGEST_ID = 500
_COMPARISONS = 20_000  # of an unknown id with a known one; a hostile file must not buy us minutes of did-you-mean


class Videos(NamedTuple):
    """The videos of a submission.

    ``codes`` has a row's place in ``names``, or -1 where its video is unknown; ``names`` has canonical ids, and
    ``positions`` the row of each in the dataset's table of videos (empty without a dataset).
    """

    codes: NDArray[np.intp]
    names: list[str]
    positions: NDArray[np.intp]
    columns_given: bool = True


def number(keys: Iterable[Hashable]) -> tuple[NDArray[np.intp], dict[Hashable, int]]:
    """Number distinct keys in the order in which they come."""
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(key, len(places)) for key in keys], np.intp), places


def resolve_videos(
    written: Sequence[str] | None, subjects: Sequence[str] | None, dataset: Dataset | None, n: int
) -> Videos:
    """Resolve each distinct spelling once.

    Where an id alone is no video of the dataset, the column ``subject`` may help: STR files write ``15`` and ``0101``.
    """
    if written is None:
        return Videos(np.zeros(n, np.intp), [""], np.zeros(1, np.intp), columns_given=False)
    spellings: list[tuple[str, str]]
    if subjects is None:
        numbers, places = number(written)
        spellings = [(str(video), "") for video in places]
    else:
        numbers, pairs = number(zip(written, subjects, strict=True))
        spellings = [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, tuple)]
    canonical = [_resolve(video, subject, dataset) for video, subject in spellings]
    names = list(dict.fromkeys(name for name in canonical if name is not None))
    place_of = {name: i for i, name in enumerate(names)}
    code_of = np.array([-1 if name is None else place_of[name] for name in canonical], np.intp)
    codes = code_of[numbers] if len(numbers) else np.zeros(0, np.intp)
    if dataset is None:
        return Videos(codes, names, np.zeros(0, np.intp))
    row_of = {video: i for i, video in enumerate(dataset.videos["video"])}
    return Videos(codes, names, np.array([row_of[name] for name in names], np.intp))


def _resolve(video: str, subject: str, dataset: Dataset | None) -> str | None:
    if not video or len(video) + len(subject) > _LONGEST_ID:
        return None
    if dataset is None:
        return f"{subject}/{video}" if subject else video
    for spelling in (video, f"{subject}_{video}", f"{subject}/{video}") if subject else (video,):
        known = dataset.resolve(spelling)
        if known is not None:
            return known
    return None


def check_videos(videos: Videos, cells: Cells, dataset: Dataset | None, findings: Findings) -> None:
    """Report rows whose video is missing or unknown; if no row's video is known, say that instead, once."""
    if not videos.columns_given:
        return
    written = cells.columns["video"]
    wrong = np.flatnonzero(videos.codes < 0)
    blank = np.array([i for i in wrong.tolist() if not written[i]], np.intp)
    unknown = np.array([i for i in wrong.tolist() if written[i]], np.intp)
    column = cells.written_as["video"]
    findings.add("missing-video", blank, column, lambda _: Fault("the video is missing", "Name the video in every row"))
    if not len(unknown):
        return
    distinct = list(dict.fromkeys(written[i] for i in unknown.tolist()))
    if dataset is not None and not videos.names and len(distinct) > 1:
        _report_no_match(distinct, dataset, column, findings)
        return
    known = sorted(dataset.video_ids) if dataset else []
    affordable = max(3, min(50, _COMPARISONS // max(len(known), 1)))
    near = {video: _remedy(video, known, dataset) for video in distinct[:affordable]}
    name = dataset.name if dataset else "the dataset"
    example = f"Write it as {name} does, such as {known[0]}" if known else "Check --dataset"

    def fault(i: int) -> Fault:
        video = written[i]
        if len(video) > _LONGEST_ID:
            return Fault(f"no video has a name of {len(video):,} characters ({quoted(video)})", "Shorten it", video)
        return Fault(f"there is no video {quoted(video)} in {name}", near.get(video) or example, video)

    findings.add("unknown-video", unknown, column, fault)


def _remedy(video: str, known: list[str], dataset: Dataset | None) -> str:
    """Return what to write instead; a well-formed id of another video must not be taken for this one."""
    if dataset is None or len(video) > _LONGEST_ID:
        return ""
    canonical = dataset.canonical_video(video)
    if canonical is None or dataset.reader not in catalog.names():
        return suggest(video, known).strip()
    subject = canonical.rpartition("_")[0]
    siblings = [name for name in known if name.rpartition("_")[0] == subject]
    if not siblings:
        return f"{dataset.name} has no subject {quoted(subject)}"
    return f"The videos of that subject are {', '.join(siblings[:10])}" + (", ..." if len(siblings) > 10 else "")


def _report_no_match(distinct: list[str], dataset: Dataset, column: str, findings: Findings) -> None:
    theirs = ", ".join(map(quoted, distinct[:3]))
    ours = ", ".join(sorted(dataset.video_ids)[:3]) or "no videos at all"
    message = (
        f"none of the {len(distinct):,} video ids is one of {dataset.name} (yours: {theirs}; {dataset.name}: {ours})"
    )
    findings.add_whole("no-known-video", message, _likely_cause(distinct, dataset, column), column)


def _likely_cause(distinct: list[str], dataset: Dataset, column: str) -> str:
    sample = [video for video in distinct[:20] if len(video) <= _LONGEST_ID]
    others = [name for name in catalog.names(catalog.SPOTTING) if name != dataset.reader]
    hits = {name: sum(catalog.reader(name).canonical_video(video) is not None for video in sample) for name in others}
    most = max(hits.values(), default=0)
    if 2 * most > len(sample):
        like = " or ".join(name for name in others if hits[name] == most)
        return f"They are written like those of {like}: check --dataset"
    if all(video.isdigit() for video in sample):
        return (
            f"They are bare numbers: check that {quoted(column)} names videos and that no spreadsheet cut their zeros"
        )
    return f"Check --dataset, and that the column {quoted(column)} names videos"
