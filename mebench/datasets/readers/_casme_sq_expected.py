"""What a complete copy of CAS(ME)^2 counts, and what another count usually means."""

from __future__ import annotations

from mebench.datasets.catalog import Expected
from mebench.datasets.readers._rows import BACKWARDS

_TRIMMED = "rows were removed or edited"
_EDITED = "rows were edited, removed or added"
_TWO_DIGITS = (
    "events with two-digit numbers were lost: a script cut the last two characters of the name (the 336-row table)"
)
_PARENT = "s23's 0502 was lost: a script took the subject from the folder s19 around it (97-folder release)"
_HCI = "the count of the 2016 conference paper (part B), not of the released table"

EXPECTED = (
    Expected(
        "rows",
        (357,),
        {
            336: _TWO_DIGITS,
            355: _PARENT,
            313: "the 44 events without offset were left out",
            57: "the copy holds only the micro-expressions",
            300: "the copy holds only the macro-expressions",
            303: _HCI,
        },
        _TRIMMED,
        {
            336: {"me": 54, "mae": 282},
            355: {"mae": 298, "video s23_0502": 0},
            313: {"offset_missing_rows": 0, "me": 57},
            57: {"me": 57},
            300: {"mae": 300},
            303: {"me": 53, "mae": 250},
        },
    ),
    Expected(
        "me",
        (57,),
        {54: _TWO_DIGITS, 53: _HCI, 47: "the ten longer than 15 frames were re-typed"},
        _TRIMMED,
        {54: {"rows": 336, "mae": 282}, 53: {"mae": 250}, 47: {"mae": 310}},
    ),
    Expected(
        "mae",
        (300,),
        {282: _TWO_DIGITS, 298: _PARENT, 256: "the 44 events without offset were left out", 250: _HCI},
        _TRIMMED,
        {
            282: {"rows": 336, "me": 54},
            298: {"me": 57, "video s23_0502": 0},
            256: {"offset_missing_rows": 0, "me": 57},
            250: {"me": 53},
        },
    ),
    Expected(
        "videos",
        (97,),
        {
            98: "the misplaced folder s19/23_0502 is counted as a video of its own (98-folder release)",
            96: _PARENT,
            95: "only the annotated videos: s15_0508 and s23_0503, which have no events, are missing",
            94: "annotated videos only, and s23_0502 was lost with the misplaced folder",
            87: "the count of the CAS(ME)^2 paper and of MEGC2019; nobody says which ten are missing",
            33: "only the videos with micro-expressions",
        },
        "videos are missing: false positives in them would not count",
        {
            98: {"video s19_0502": 1},
            96: {"video s23_0502": 0, "mae": 298},
            95: {"video s15_0508": 0, "video s23_0503": 0},
            94: {"video s15_0508": 0, "video s23_0503": 0, "video s23_0502": 0},
            33: {"me": 57, "mae": 0},
        },
    ),
    Expected(
        "subjects",
        (22,),
        {14: "only the subjects with micro-expressions", 20: "only the subjects with macro-expressions"},
        _TRIMMED,
        {14: {"me": 57, "mae": 0}, 20: {"me": 0, "mae": 300}},
    ),
    Expected("subjects_me", (14,), {}, _TRIMMED),
    Expected("subjects_mae", (20,), {}, _TRIMMED),
    Expected("videos_annotated", (95,), {94: _PARENT}, _TRIMMED, {94: {"mae": 298, "video s23_0502": 0}}),
    Expected("videos_me", (33,), {}, _TRIMMED),
    Expected("videos_mae", (89,), {88: _PARENT}, _TRIMMED, {88: {"mae": 298, "video s23_0502": 0}}),
    Expected("videos_both", (27,), {}, _TRIMMED),
    Expected(
        "offset_missing_rows",
        (44,),
        {0: "the copy's offsets were filled in, or the 44 events left out: see the count of rows"},
        _EDITED,
    ),
    Expected("apex_missing_rows", (1,), {0: "the apex of s34 anger1_1 was filled in"}, _EDITED, {0: {"rows": 357}}),
    Expected(
        "offset_before_apex_rows",
        (3,),
        {0: "the three events were corrected in this copy"},
        _EDITED,
        {0: {"rows": 357}},
    ),
    Expected("offset_before_onset_rows", (0,), {}, BACKWARDS),
    Expected("me_emotion_negative", (21,), {}, _TRIMMED),
    Expected("me_emotion_others", (19,), {}, _TRIMMED),
    Expected("me_emotion_surprise", (9,), {}, _TRIMMED),
    Expected("me_emotion_positive", (8,), {}, _TRIMMED),
    Expected("mae_emotion_positive", (116,), {}, _TRIMMED),
    Expected("mae_emotion_negative", (105,), {}, _TRIMMED),
    Expected("mae_emotion_others", (63,), {}, _TRIMMED),
    Expected("mae_emotion_surprise", (16,), {}, _TRIMMED),
    Expected("past_end_rows", (0,), {}, "frames are missing on the disk, or these are frames of another release"),
    Expected(
        "total_frames",
        (251_821,),
        {254_094: "the misplaced folder s19/23_0502 is counted as a video of its own (98-folder release)"},
        "frames are missing on the disk, or lie there as video files",
    ),
)
