"""The twin of SMIC-HS: the table of SMIC-HS-E, 157 rows for 164 clips, camera frame numbers, text below the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import clip_statistics as known
from mebench.datasets.twin import statistics
from mebench.datasets.twin.action_units import combination
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.sampling import Draws, half_up, stratified
from mebench.datasets.twin.timeline import Event, Timeline

WORKBOOK = "SMIC-HS-E_annotation.xlsx"
FPS = 100.0

_HEADER = (
    "Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F", "Offset3F", "", "FirstF", "LastF",
    "TotalMF1", "TotalMF2", "TotalMF3", "TotalVL", "Emotion", "", "",
)  # fmt: skip
_EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise"}
_BELOW = (
    "OnsetF, OffsetF: first and last frame of a micro-expression; FirstF, LastF: of the clip",
    "SYNTHETIC TWIN by mebench: no row is of a real face",
)


def build(seed: int, stream: Callable[..., Draws]) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheet and the 164 short clips, each from onset to offset in camera numbers."""
    draws = stream("clips")
    names = _names(draws)
    lengths = dict(zip(names, map(half_up, stratified(statistics.SMIC_LENGTHS, len(names), draws)), strict=True))
    rises = dict(zip(names, stratified(statistics.SMIC_APEX, len(names), draws), strict=True))
    spans, onsets = _place(names, lengths, draws)
    timelines = []
    for name in names:
        subject, short, _ = name.split("_")
        event = Event("me", lengths[name], rises[name], number=1, emotion=_EMOTIONS[short])
        event.action_units = combination(event.emotion, draws)
        event.start_at(onsets[name])
        timelines.append(Timeline(subject, f"{subject}/{name}", lengths[name], onsets[name], [event]))
    return [_sheet(names, lengths, onsets, spans, draws)], timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept clips; a second micro-expression stays with its row."""
    return [with_rows(sheets[0], 1, [not row[1] or _folder(str(row[1])) in kept.videos for row in sheets[0].rows[1:]])]


def _folder(name: str) -> str:
    """Return ``s01/s01_ne_01`` for a name in the workbook, which may lack the zero."""
    subject, rest = name[1:].split("_", 1)
    return f"s{int(subject):02d}/s{int(subject):02d}_{rest}"


def _names(draws: Draws) -> list[str]:
    """Return the names of all clips, those without a row of their own among them."""
    least = Counter(subject for (subject, _), n in known.SMIC_AT_LEAST.items() for _ in range(n))
    while True:
        counts = dict(zip(statistics.SMIC_SUBJECTS, draws.shuffled(known.SMIC_CLIPS_PER_SUBJECT), strict=True))
        if all(counts[subject] >= n for subject, n in least.items()):
            break
    of = Counter(known.SMIC_AT_LEAST)
    pool = Counter(known.SMIC_CLASSES)
    for (_, short), n in known.SMIC_AT_LEAST.items():
        pool[short] -= n
    classes = draws.shuffled(list(pool.elements()))
    for subject, count in counts.items():
        of.update((subject, classes.pop()) for _ in range(count - least[subject]))
    return sorted(f"{subject}_{short}_{k:02d}" for (subject, short), n in of.items() for k in range(1, n + 1))


def _place(
    names: list[str], lengths: Mapping[str, int], draws: Draws
) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Return first and last frame of each row's clip, and the onset of every micro-expression, second and lost too."""
    second = {row: further for further, row in known.SMIC_SECOND.items()}
    totals = dict(zip(names, map(half_up, stratified(statistics.SMIC_VIDEO_LENGTHS, len(names), draws)), strict=True))
    long_numbers = set(draws.sample(statistics.SMIC_SUBJECTS, statistics.SMIC_EIGHT_DIGIT_SUBJECTS))
    camera = {
        s: 10_000_000 + draws.below(8_000_000) if s in long_numbers else 100_000 + draws.below(700_000)
        for s in statistics.SMIC_SUBJECTS
    }
    spans, onsets = {}, {}
    for name in names:
        if name in known.SMIC_SECOND:
            continue  # it lies in the clip of another row
        subject, further = name.split("_")[0], second.get(name)
        gap = half_up(draws.between(*statistics.SMIC_GAPS)) if further else 0
        busy = lengths[name] + (gap + lengths[further] if further else 0)
        first = camera[subject] + 100 + draws.below(2_000)
        total = max(totals[name], busy + 40)
        onsets[name] = first + 10 + draws.below(total - busy - 20)
        if further:
            onsets[further] = onsets[name] + lengths[name] + gap
        spans[name] = first, first + total - 1
        camera[subject] = first + total
    return spans, onsets


def _sheet(
    names: list[str],
    lengths: Mapping[str, int],
    onsets: Mapping[str, int],
    spans: Mapping[str, tuple[int, int]],
    draws: Draws,
) -> Sheet:
    second = {row: further for further, row in known.SMIC_SECOND.items()}
    lines: list[list[Cell]] = [list(_HEADER)]
    for name in names:
        if name in known.SMIC_SECOND or name in known.SMIC_LOST:
            continue
        subject, short, number = name.split("_")
        bare = str(int(subject[1:])) if draws.uniform() < known.SMIC_UNPADDED else subject[1:]
        further = second.get(name)
        onset, length = onsets[name], lengths[name]
        more: list[Cell] = [onsets[further], onsets[further] + lengths[further] - 1] if further else ["", ""]
        first, last = spans[name]
        row: list[Cell] = [int(subject[1:]), f"s{bare}_{short}_{number}", "", onset, onset + length - 1, *more, "", ""]
        row += ["", first, last, length, lengths[further] if further else "", "", last - first + 1, _EMOTIONS[short]]
        lines.append([*row, "", ""])
    blank: list[Cell] = [""] * len(_HEADER)
    lines += [blank, [_BELOW[0], *blank[1:]], [*blank[:-1], _BELOW[1]]]
    return Sheet("Sheet1", lines)
