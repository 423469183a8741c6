"""The aggregate figures after which the twins are shaped: counts and percentiles, never an event.

They describe the licensed originals: how many events of which length, where the apex lies, how many in a video and
from a subject. Lengths are inclusive (``offset - onset + 1``), in frames of the native rate. Where nothing is known of
an original the comment says ``choice:``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mebench.datasets.twin.sampling import Percentiles


@dataclass(frozen=True)
class Events:
    """How the events of one type are shaped and spread.

    Parameters
    ----------
    lengths : Percentiles
        Inclusive lengths in frames.
    apex : Percentiles
        ``(apex - onset) / (offset - onset)``.
    per_video : mapping of int to int
        Number of events in a video -> number of such videos; videos without any are left out.
    per_subject : tuple of int
        Events of each subject, descending; subjects without any are left out.
    """

    lengths: Percentiles
    apex: Percentiles
    per_video: Mapping[int, int]
    per_subject: tuple[int, ...]

    @property
    def count(self) -> int:
        """The number of events."""
        return sum(self.per_subject)

    @property
    def videos(self) -> int:
        """The number of videos with an event of this type."""
        return sum(self.per_video.values())

    def video_counts(self) -> list[int]:
        """Return the number of events of every video that has any, descending."""
        return [n for n, videos in sorted(self.per_video.items(), reverse=True) for _ in range(videos)]


# --- SAMM Long Videos, 200 fps -------------------------------------------------------------------------------------

SAMM_LV_SUBJECTS = tuple(f"{n:03d}" for n in range(6, 38) if n not in {27, 29})
SAMM_LV_VIDEOS_PER_SUBJECT = (*[7] * 8, *[6] * 4, *[5] * 8, *[4] * 3, *[3] * 3, 2, 2, 1, 1)
SAMM_LV_FRAMES = 482_797
SAMM_LV_VIDEO_LENGTHS: Percentiles = (
    # choice: the point at 35 %, which brings the mean to that of the original.
    (0, 500), (1, 513.8), (5, 731.4), (10, 1000), (25, 1001), (35, 1300), (50, 3000), (75, 4937.5), (90, 6000),
    (95, 8141), (99, 9575), (100, 11770),
)  # fmt: skip
SAMM_LV_ME = Events(
    lengths=((0, 30), (1, 32.2), (5, 39.9), (10, 45), (25, 59.5), (50, 78), (75, 89.5), (90, 97.2), (95, 100),
             (99, 100), (100, 101)),
    apex=((0, 0.012), (1, 0.15), (5, 0.23), (10, 0.28), (25, 0.34), (50, 0.44), (75, 0.56), (90, 0.67), (95, 0.74),
          (99, 0.93), (100, 0.97)),
    per_video={1: 34, 2: 24, 3: 10, 4: 8, 5: 3},
    per_subject=(20, 13, 11, 11, 10, 9, 9, 6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 2, 1, 1, 1, 1),
)  # fmt: skip
SAMM_LV_MAE = Events(
    # The 313 of at most four seconds; the rest is in SAMM_LV_LONG. 54.8 and 82.2 % are quartiles of all 343.
    lengths=((0, 102), (1, 103), (5, 113), (10, 120.2), (25, 149.4), (50, 206), (54.8, 223), (75, 336.8), (82.2, 390),
             (90, 462.8), (95, 560.2), (99, 710.6), (100, 778)),
    apex=((0, 0.034), (1, 0.08), (5, 0.18), (10, 0.24), (25, 0.32), (50, 0.44), (75, 0.56), (90, 0.73), (95, 0.84),
          (99, 0.98), (100, 0.994)),
    per_video={1: 47, 2: 33, 3: 21, 4: 12, 5: 6, 6: 4, 8: 2, 9: 2, 10: 2, 11: 1},
    per_subject=(49, 23, 23, 22, 20, 19, 17, 15, 14, 14, 13, 11, 11, 10, 9, 9, 8, 7, 7, 6, 6, 6, 5, 5, 5, 4, 2, 2, 1),
)  # fmt: skip
SAMM_LV_LONG: Percentiles = ((0, 801), (42.9, 1779), (88.6, 4045), (100, 5176))
"""The 30 MaE beyond four seconds: 20 as they are, 10 because their onset is written as 0."""
SAMM_LV_LONG_ROWS = 30
SAMM_LV_ONSET_ZERO = 10
SAMM_LV_NO_APEX = {"me": 2, "mae": 4}
SAMM_LV_PAST_END = 3
SAMM_LV_FRACTIONAL_CELLS = (143, 154)
SAMM_LV_GAPS: Percentiles = (
    # From the end of an event to the onset of the next; 70 of 355 such pairs overlap, hence the point at 19.7 %.
    (0, -4783), (1, -3059), (5, -292), (10, -113.8), (19.7, 0), (25, 8), (50, 245.6), (75, 1014.3), (90, 1837.8),
    (95, 2668.6), (99, 4101.5), (100, 6049),
)  # fmt: skip

# --- CAS(ME)^2, 30 fps ---------------------------------------------------------------------------------------------

CASME_SQ_SUBJECTS = tuple(
    f"s{n}" for n in (15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40)
)
"""The folders, in the order of the subject index 1 to 22 of the workbook."""
CASME_SQ_VIDEOS_PER_SUBJECT = (9, 9, 8, 7, 7, 7, 6, 5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1)
CASME_SQ_FRAMES = 251_821
CASME_SQ_EMPTY = (("s15", "0508"), ("s23", "0503"))
"""The two videos without any event."""


@dataclass(frozen=True)
class Stimulus:
    """One film of CAS(ME)^2: its code, its name in the workbook, how many saw it, how long the videos are."""

    code: str
    name: str
    videos: int
    shortest: int
    median: int
    longest: int


CASME_SQ_STIMULI = (
    Stimulus("0101", "disgust1", 12, 2051, 2052, 2054),
    Stimulus("0102", "disgust2", 12, 1069, 1072, 1081),
    Stimulus("0401", "anger1", 12, 3711, 3714, 3720),
    Stimulus("0402", "anger2", 12, 4370, 4371, 4374),
    Stimulus("0502", "happy1", 14, 2270, 2274, 2277),
    Stimulus("0503", "happy2", 10, 2810, 2811, 2814),
    Stimulus("0505", "happy3", 9, 2303, 2304, 2306),
    Stimulus("0507", "happy4", 10, 3264, 3265, 3265),
    Stimulus("0508", "happy5", 6, 659, 660, 660),
)
CASME_SQ_ME = Events(
    lengths=((0, 9), (5, 9), (10, 11), (25, 13), (50, 14), (75, 15), (90, 16), (95, 16), (99, 16.4), (100, 17)),
    apex=((0, 0.21), (1, 0.23), (5, 0.28), (10, 0.3), (25, 0.38), (50, 0.43), (75, 0.5), (90, 0.59), (95, 0.62),
          (99, 0.68), (100, 0.69)),
    per_video={1: 21, 2: 4, 3: 5, 4: 2, 5: 1},
    per_subject=(11, 8, 8, 6, 6, 4, 3, 2, 2, 2, 2, 1, 1, 1),
)  # fmt: skip
CASME_SQ_MAE = Events(
    # The 256 rows with an offset. choice: the minimum and the 10th percentile, which are known only for all 300.
    lengths=((0, 14), (5, 19), (10, 20), (25, 24), (50, 35.5), (75, 52), (90, 66), (95, 75), (99, 99), (100, 118)),
    apex=((0, 0.082), (1, 0.12), (5, 0.17), (10, 0.22), (25, 0.28), (50, 0.37), (75, 0.46), (90, 0.54), (95, 0.62),
          (99, 0.73), (100, 0.85)),
    per_video={1: 25, 2: 25, 3: 9, 4: 6, 5: 3, 6: 10, 7: 3, 8: 3, 9: 2, 10: 1, 12: 1, 14: 1},
    per_subject=(48, 46, 32, 26, 24, 21, 17, 16, 15, 11, 8, 6, 5, 5, 4, 4, 4, 3, 3, 2),
)  # fmt: skip
CASME_SQ_TO_APEX: Percentiles = ((0, 4), (10, 7), (25, 11), (50, 15), (75, 18.5), (95, 26), (100, 36))
"""From onset to apex, inclusive, in the 44 rows without an offset. choice: fits their mean of 15.2 frames and the share
of all 300 MaE that is at most 15 frames long when a missing offset is read as the apex (26)."""
CASME_SQ_OFFSET_ZERO = 44
CASME_SQ_APEX_ZERO = 1
CASME_SQ_OFFSET_BEFORE_APEX = 3
CASME_SQ_NUMBER_TEN_UP = 21
CASME_SQ_GAPS: Percentiles = (
    # 17 of 262 consecutive pairs overlap, hence the point at 6.5 %.
    (0, -78), (1, -49.4), (5, -4.9), (6.5, 0), (10, 2.1), (25, 43.25), (50, 191), (75, 419), (90, 719), (95, 1038.9),
    (99, 1883), (100, 2316),
)  # fmt: skip
CASME_SQ_EMOTIONS: Mapping[str, Mapping[str, int]] = {
    "me": {"negative": 21, "others": 19, "surprise": 9, "positive": 8},
    "mae": {"positive": 116, "negative": 105, "others": 63, "surprise": 16},
}

# --- SMIC-E-Long, 100 fps ------------------------------------------------------------------------------------------

SMIC_SUBJECTS = tuple(f"s{n:02d}" for n in (1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20))
SMIC_VIDEOS_PER_SUBJECT = (36, 21, 20, 17, 13, 10, 8, 7, 6, 6, 5, 4, 3, 2, 2, 2)
"""choice: few subjects give most videos, as in the other two; only the sum (162) is known."""
SMIC_VIDEO_LENGTHS: Percentiles = ((0, 250), (5, 320), (25, 430), (50, 540), (75, 680), (95, 1010), (100, 1450))
"""choice: 100 fps; only the mean of 5.9 s, that of SMIC-E-HS, is known."""
SMIC_PER_VIDEO: Mapping[int, int] = {0: 5, 1: 149, 2: 7, 3: 1}
"""choice: 166 ME in 162 videos, of which some have none and 157 have at least one, as SMIC-E-HS."""
SMIC_CLASSES: Mapping[str, int] = {"ne": 71, "po": 52, "sur": 43}
"""166 in the proportion of SMIC-HS, 70 : 51 : 43."""
SMIC_LENGTHS: Percentiles = (
    (0, 16), (1, 17), (5, 20), (10, 21.6), (25, 27), (50, 34), (75, 41), (90, 47), (95, 50), (99, 50.4), (100, 58),
)  # fmt: skip
SMIC_APEX: Percentiles = ((0, 0.2), (5, 0.28), (25, 0.4), (50, 0.47), (75, 0.55), (95, 0.68), (100, 0.8))
"""choice: no apex is annotated; around the middle, as in the other two."""
SMIC_GAPS = (20, 200)
"""choice: frames between two ME of a video."""
SMIC_EIGHT_DIGIT_SUBJECTS = 3
"""choice: how many subjects have eight-digit camera numbers; the others have six."""
