"""Workbooks of clips in the layouts in which the recognition datasets are distributed, filled with invented frames.

Names of clips are in the form of the originals; frames and their pairing with names are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mebench.datasets.sheets import Sheet

Row = list[Any]

CASME2_HEADER: Row = [
    "Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", "", "Action Units", "Estimated Emotion",
]  # fmt: skip
SAMM_HEADER: Row = [
    "Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro",
    "Action Units", "Estimated Emotion", "Objective Classes", "Notes",
]  # fmt: skip
SAMM_PREAMBLE: list[Row] = [["SAMM"], *[[f"remark {n}", "", "something"] for n in range(12)]]
SMIC_HEADER: Row = [
    "Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F", "Offset3F", "", "FirstF", "LastF",
    "TotalMF1", "TotalMF2", "TotalMF3", "TotalVL", "Emotion", "", "",
]  # fmt: skip
VIS_HEADER: Row = [
    "Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "", "FirstF", "LastF", "TotalMF1",
    "TotalMF2", "TotalVL", "Emotion",
]  # fmt: skip
CASME_HEADER: Row = ["Subject", "Filename", "", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "", "AU", "Emotion"]
CASME3_HEADER: Row = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"]
CASME3_TYPED_HEADER: Row = [
    "Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class",
]  # fmt: skip
PART_C_HEADER: Row = ["sub", "count", "onset", "offset", "au", "emotion"]
MMEW_HEADER: Row = [
    "Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion", "remarks",
]  # fmt: skip
FOURDME_HEADER: Row = ["sub_ID", "fold_name", "Emotion", "Onset", "Apex", "Offset", "AUs", "AU1", "AU2", "AU4"]
DFME_HEADER: Row = [
    "Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "EmotionId", "Fps", "AU",
]  # fmt: skip


def casme2_row(
    subject: Any, name: str, onset: Any, apex: Any, offset: Any, emotion: str = "others", au: Any = 4
) -> Row:
    return [subject, name, "", onset, apex, offset, "", au, emotion]


def casme2_sheets(rows: Sequence[Row], header: Row = CASME2_HEADER) -> list[Sheet]:
    return [Sheet("Sheet1", [header, *rows]), Sheet("Sheet2", []), Sheet("Sheet3", [])]


def samm_row(
    name: str, onset: Any, apex: Any, offset: Any, emotion: str = "Anger", objective: Any = 3, subject: Any = None
) -> Row:
    """One row of SAMM: the subject is text, the Duration is offset - onset + 1 unless the row is edited later."""
    subject = name.split("_")[0] if subject is None else subject
    duration = offset - onset + 1 if isinstance(onset, int) and isinstance(offset, int) else ""
    return [subject, name, 1, onset, apex, offset, duration, "Micro - 1/2", "AU4", emotion, objective, ""]


def samm_sheets(rows: Sequence[Row], preamble: Sequence[Row] = SAMM_PREAMBLE, name: str = "MICRO_ONLY") -> list[Sheet]:
    return [Sheet("About", [["about"]]), Sheet(name, [*preamble, SAMM_HEADER, *rows])]


def smic_row(subject: Any, name: str, onset: Any, offset: Any, *further: tuple[Any, Any], emotion: Any = "") -> Row:
    """One row of SMIC-HS-E; its clip begins 50 frames before the first onset and is 500 frames long."""
    seconds = [frame for pair in further for frame in pair]
    seconds += [""] * (4 - len(seconds))
    first, last = (onset - 50, onset + 449) if isinstance(onset, int) else ("", "")
    return [subject, name, "", onset, offset, *seconds, "", first, last, "", "", "", 500, emotion, "", ""]


def smic_sheets(rows: Sequence[Row], header: Row = SMIC_HEADER) -> list[Sheet]:
    return [Sheet("Sheet1", [header, *rows])]


def vis_row(subject: Any, name: str, onset: Any, offset: Any) -> Row:
    return [subject, name, "", onset, offset, "", "", "", onset - 5, offset + 20, "", "", "", ""]


def casme_row(subject: Any, name: str, onset: Any, apex: Any, offset: Any, emotion: str = "tense") -> Row:
    return [subject, name, "", onset, apex, "", offset, "", "4", emotion]


def casme3_row(subject: Any, name: str, onset: Any, apex: Any, offset: Any, emotion: str = "disgust") -> Row:
    return [subject, name, onset, apex, offset, "4+L10", "IV", emotion]


def casme3_typed_row(subject: Any, name: str, onset: Any, apex: Any, offset: Any, kind: str) -> Row:
    return [subject, name, onset, apex, offset, "4", kind, "I"]


def mmew_row(subject: Any, name: str, onset: Any, apex: Any, offset: Any, emotion: str = "surprise") -> Row:
    return [subject, name, onset, apex, offset, "1+2", emotion, "a remark"]


def fourdme_row(subject: Any, name: Any, onset: Any, apex: Any, offset: Any, emotion: str = "Negative") -> Row:
    return [subject, name, emotion, onset, apex, offset, "AU4+AU7(k)", 0, 0, 1]


def dfme_row(
    subject: Any, name: str, onset: Any, apex: Any, offset: Any, emotion: str = "disgust", code: Any = 2, fps: Any = 500
) -> Row:
    return [subject, name, onset, apex, offset, emotion, code, fps, "4"]


def sheet_of(header: Row, rows: Sequence[Row], name: str = "Sheet1") -> list[Sheet]:
    return [Sheet(name, [header, *rows])]


SMALL: dict[str, Callable[[], list[Sheet]]] = {
    "casme2": lambda: casme2_sheets(
        [
            casme2_row("01", "EP02_01f", 46, 59, 86, "happiness", "6+12"),
            casme2_row("02", "EP02_01f", 10, "/", 70, "disgust", "L7+L10"),
            casme2_row("26", "EP09f", 30, 45, 90, "repression", "?"),
        ]
    ),
    "smic": lambda: smic_sheets(
        [
            smic_row(1, "s1_ne_01", 563900, 563930, emotion="negative"),
            smic_row(11, "s11_po_02", 17581039, 17581070),
            smic_row(20, "s20_sur_03", 90800, 90823),
        ]
    ),
    "smic-e": lambda: smic_sheets([smic_row(2, "s02_po_01", 800, 830), smic_row(2, "s2_sur_02", 2800, 2830)]),
    "smic-vis": lambda: sheet_of(VIS_HEADER, [vis_row(13, "s13_ne_01", 2100, 2109), vis_row(14, "s14_po_01", 30, 40)]),
    "smic-nir": lambda: sheet_of(VIS_HEADER, [vis_row(13, "s13_ne_01", 2100, 2109), vis_row(14, "s14_po_01", 30, 40)]),
    "samm": lambda: samm_sheets(
        [
            samm_row("006_1_2", 5562, 5590, 5630, "Anger", 3),
            samm_row("007_3_1", 10, 30, 60, "Other", 7),
            samm_row("037_7_2", 12000, 12040, 12080, "Happiness", 1),
        ]
    ),
    "casme": lambda: sheet_of(
        CASME_HEADER, [casme_row(1, "EP01_12", 73, 80, 90), casme_row(1, "EP03_08", 10, 15, 22, "disgust")]
    ),
    "casme3": lambda: sheet_of(
        CASME3_HEADER,
        [casme3_row("spNO.1", "a", 123, 130, 140), casme3_row("spNO.1", "J", 7, 9, 15, "Others")],
        "label",
    ),
    "mmew": lambda: sheet_of(
        MMEW_HEADER, [mmew_row(3, "S03-01-002", 1, 12, 40), mmew_row("4", "S04-02-001", 5, 12, 40, "others")]
    ),
    "4dme": lambda: sheet_of(
        FOURDME_HEADER, [fourdme_row(1, "1_2_3", 100, 110, 120), fourdme_row("02", "2_1_1", 5, 9, 20, "Positive")]
    ),
    "dfme": lambda: sheet_of(
        DFME_HEADER,
        [dfme_row("sub0003", "sub0003_01", 0, 20, 60), dfme_row("sub0004", "sub0004_02", 4, 9, 30, fps=200)],
    ),
}
"""A small, sound workbook of each dataset that is read."""
