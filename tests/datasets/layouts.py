"""Workbooks in the layouts in which the datasets are distributed, filled with invented intervals.

Everything here is made up except what the public facts say about layouts and counts: no interval is taken from a
real table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mebench.datasets.sheets import Sheet

Row = list[Any]

SAMM_HEADER: Row = [
    "Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type", "Action Units", "Notes",
]  # fmt: skip
SAMM_PREAMBLE: list[Row] = [
    ["SAMM Long Videos"],
    [],
    ["Symbol", "Meaning"],
    ["A", "apex of something"],
    ["B", "both sides"],
    [],
    ["NOTE: Subjects with Apex Frame not annotated were labelled as -1."],
    [],
    [],
]
SMIC_HEADER: Row = ["subject", "video", "video_name", "NumME", "StartFrame", "Endframe", "what"]

CASME_FOLDERS = (15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40)
CASME_CODES = {
    "disgust1": "0101", "disgust2": "0102", "anger1": "0401", "anger2": "0402", "happy1": "0502",
    "happy2": "0503", "happy3": "0505", "happy4": "0507", "happy5": "0508",
}  # fmt: skip


def samm_row(event: str, onset: Any, apex: Any, offset: Any, kind: str = "Macro", subject: Any = None) -> Row:
    """One row of SAMM-LV as distributed: the subject is text, the duration is offset - onset + 1."""
    subject = event.split("_")[0] if subject is None else subject
    return [subject, event, int(event.split("_")[1]), onset, apex, offset, "", kind, "AU12", ""]


def samm_sheets(
    rows: Sequence[Row],
    preamble: Sequence[Row] = SAMM_PREAMBLE,
    header: Row = SAMM_HEADER,
    name: str = "FACS_Movement_Only",
) -> list[Sheet]:
    return [Sheet("Readme", [["about"]]), Sheet(name, [*preamble, header, *rows])]


def casme_row(subject: Any, event: str, onset: Any, apex: Any, offset: Any, kind: str = "macro-expression") -> Row:
    """One row of CAS(ME)^2's first sheet; the eighth column is the type, the ninth the self-report."""
    return [subject, event, onset, apex, offset, "4+7", "negative", kind, "happyiness"]


def casme_sheets(rows: Sequence[Row], rule1: bool = True, rule2: bool = True) -> list[Sheet]:
    """The three sheets without headers; the first naming rule stands beside the events, row by row."""
    first = [[CASME_FOLDERS[int(r[0]) - 1], f"s{CASME_FOLDERS[int(r[0]) - 1]}", r[0]] for r in rows if _is_index(r[0])]
    second = [[code, name] for name, code in CASME_CODES.items()]
    sheets = [Sheet("CASFEcode_final", rows)]
    sheets += [Sheet("naming rule1", first)] * rule1
    sheets += [Sheet("naming rule2", second)] * rule2
    return sheets


def smic_row(subject: Any, name: str, start: int, end: int, *events: tuple[Any, Any, Any], count: Any = None) -> Row:
    """One video of SMIC-E-Long with its (ME Type, onset, offset) triples."""
    cells = [cell for event in events for cell in event]
    return [subject, 1, name, len(events) if count is None else count, start, end, "?", *cells]


def smic_sheets(rows: Sequence[Row], triples: int = 3, spelling: str = "ME Type", name: str = "Sheet1") -> list[Sheet]:
    return [Sheet(name, [[*SMIC_HEADER, *([spelling, "onset", "offset"] * triples)], *rows])]


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write the sheets as a real workbook, as a spreadsheet program would."""
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for sheet in sheets:
        page = workbook.create_sheet(sheet.name)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row, start=1):
                if cell not in ("", None):
                    page.cell(row=number, column=column, value=cell)
    workbook.save(path)
    return path


def spread(total: int, bins: int) -> list[int]:
    """Give each bin one, and the rest to the first bins in large helpings."""
    counts = [1] * bins
    left, place = total - bins, 0
    while left:
        helping = min(left, 12)
        counts[place % bins] += helping
        left -= helping
        place += 1
    return counts


def complete_samm_lv() -> list[Sheet]:
    """A made-up workbook with the public counts of SAMM-LV."""
    subjects = [s for s in range(6, 38) if s not in (27, 29)]
    per_subject = [7] * 8 + [6] * 4 + [5] * 8 + [4] * 3 + [3] * 3 + [2] * 2 + [1] * 2
    per_subject[2], per_subject[-1] = 1, 7  # 008 has one video
    videos = [(s, v) for s, n in zip(subjects, per_subject, strict=True) for v in range(1, n + 1)]
    only_mae = [video for video in videos if video[0] == 8]
    only_me = [video for video in videos if video[0] == 31]
    rest = [video for video in videos if video[0] not in (8, 31)]
    rest.sort(key=lambda video: video[1])  # every subject's first video comes first and holds both
    both, rest = rest[:62], rest[62:]
    only_me += rest[: 17 - len(only_me)]
    only_mae += [video for video in rest if video not in only_me]
    me, mae = sorted(both + only_me), sorted(both + only_mae)
    events = [(video, "Micro - 1/2") for video, n in zip(me, spread(159, len(me)), strict=True) for _ in range(n)]
    events += [(video, "Macro") for video, n in zip(mae, spread(343, len(mae)), strict=True) for _ in range(n)]
    rows, seen = [], {}
    for place, ((subject, video), kind) in enumerate(sorted(events)):
        number = seen[subject, video] = seen.get((subject, video), 0) + 1
        onset: float = 400 * number + 0.2 * (place % 5)
        rows.append(samm_row(f"{subject:03d}_{video}_{number}", onset, onset + 20, onset + 60, kind))
    macros = [row for row in rows if row[7] == "Macro"]
    for row in macros[:10]:
        row[3] = 0
    for row in macros[10:16]:
        row[4] = -1
    return samm_sheets(rows)


def complete_casme_sq() -> list[Sheet]:
    """A made-up workbook with the public counts of CAS(ME)^2."""
    n_videos = [9, 9, 8, 7, 7, 7, 6, 5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1]
    names = list(CASME_CODES)
    videos = [(index, name) for index, n in zip(range(1, 23), n_videos, strict=True) for name in names[:n]]
    videos.remove((1, "happy5"))  # s15_0508
    videos.remove((7, "happy2"))  # s23_0503
    videos.sort(key=lambda video: (names.index(video[1]), video[0]))
    both = [video for video in videos if video[0] <= 12][:27]
    only_me = [(21, "disgust1"), (22, "disgust1")]
    only_me += [video for video in videos if video[0] <= 12 and video not in both][:4]
    only_mae = [video for video in videos if video not in both and video not in only_me]
    emotions_me = ["negative"] * 21 + ["others"] * 19 + ["surprise"] * 9 + ["positive"] * 8
    emotions_mae = ["positive"] * 116 + ["negative"] * 105 + ["others"] * 63 + ["surprise"] * 16
    rows: list[Row] = []
    seen: dict[tuple[int, str], int] = {}
    for group, total, kind, emotions in (
        (both + only_me, 57, "micro-expression", emotions_me),
        (both + only_mae, 300, "macro-expression", emotions_mae),
    ):
        expanded = [video for video, n in zip(group, spread(total, len(group)), strict=True) for _ in range(n)]
        for (index, name), emotion in zip(expanded, emotions, strict=True):
            number = seen[index, name] = seen.get((index, name), 0) + 1
            row = casme_row(index, f"{name}_{number}", 50 * number, 50 * number + 5, 50 * number + 12, kind)
            row[6] = emotion
            rows.append(row)
    macros = [row for row in rows if row[7] == "macro-expression"]
    for row in macros[:44]:
        row[4] = 0
    macros[44][3] = 0
    for row in macros[45:48]:
        row[4] = row[3] - 1
    return casme_sheets(rows)


def complete_smic_e_long() -> list[Sheet]:
    """A made-up workbook with the public counts of SMIC-E-Long: 162 videos, 29 of them without an event."""
    rows = []
    for place in range(162):
        subject, start = place % 16 + 1, 500_000 + 1000 * place
        n_events = 2 if place < 33 else 1 if place < 133 else 0
        events = [(f"s{subject}_{('ne', 'po', 'sur')[e % 3]}_{place:02d}", start + 100 * e, start + 100 * e + 30)
                  for e in range(n_events)]  # fmt: skip
        rows.append(smic_row(subject, f"s{subject:02d}_{place:02d}", start, start + 600, *events))
    return smic_sheets(rows)


def _is_index(cell: object) -> bool:
    return str(cell).isdigit() and 1 <= int(str(cell)) <= 22
