"""The aggregate figures after which the twins of clips are shaped: counts and percentiles, never a clip.

As in :mod:`mebench.datasets.twin.statistics`: where nothing is known of an original the comment says ``choice:``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mebench.datasets.twin.sampling import Percentiles

# --- CASME II, 200 fps ---------------------------------------------------------------------------------------------

CASME2_SUBJECTS = tuple(f"{n:02d}" for n in range(1, 27))
CASME2_PER_SUBJECT = (
    34, 20, 18, 17, 16, 15, 14, 13, 13, 12, 11, 10, 9, 8, 7, 7, 6, 6, 5, 4, 3, 3, 1, 1, 1, 1,
)  # fmt: skip
"""choice: few subjects give most clips, as in SAMM; only the sum (255) is known."""
CASME2_EMOTIONS: Mapping[str, int] = {
    "others": 99, "disgust": 63, "happiness": 32, "repression": 27, "surprise": 25, "sadness": 7, "fear": 2,
}  # fmt: skip
CASME2_COMPOSITE = ("disgust", "happiness", "repression", "surprise")
"""The emotions that the composite database of MEGC2019 takes from CASME II."""
CASME2_WITHOUT_COMPOSITE = ("10", "18")
"""The two subjects who show none of them."""
CASME2_NAMED: Mapping[tuple[str, str], str] = {
    ("04", "EP12_01f"): "disgust",
    ("05", "EP09_05f"): "disgust",
    ("05", "EP12_03f"): "surprise",
}
"""Clips that the rule of the composite database, or a published misreading of it, knows by their names."""
CASME2_NO_APEX = ("04", "EP12_01f")
CASME2_LONGER_TABLE = ("24", "EP02_07")
"""The row that only the 256-row table has; its name stays free."""
CASME2_IRREGULAR = ("EP01_2", "EP08_1", "EP09f", "EP06_02_01", "EP06_02_02")
CASME2_APEX_AT_OFFSET = 4
CASME2_UNKNOWN_UNITS = 3
"""choice: how many clips have ``?`` for action units."""
CASME2_LENGTHS: Percentiles = (
    # 11 of 255 exceed half a second, hence the point at 95.7 %.
    (0, 24), (1, 31), (5, 36), (10, 41), (25, 51), (50, 61), (75, 86), (90, 96), (95, 100), (95.68, 100.4),
    (95.7, 101), (99, 128.3), (100, 141),
)  # fmt: skip
CASME2_APEX: Percentiles = ((0, 0.05), (5, 0.2), (25, 0.36), (50, 0.47), (75, 0.58), (95, 0.78), (100, 0.95))
"""choice: around the middle, as in SAMM."""
CASME2_MARGINS = (20, 120)
"""choice: frames of the raw clip before the onset, and after the offset."""

# --- SAMM, 200 fps -------------------------------------------------------------------------------------------------

SAMM_OBJECTIVE: Mapping[str, tuple[int, int]] = {
    # Emotion -> its count, and how many of them are in the objective class of that emotion; all others are in class 7.
    "happiness": (26, 24), "surprise": (15, 13), "anger": (57, 20), "disgust": (9, 8), "sadness": (6, 3),
    "fear": (8, 7), "contempt": (12, 0), "others": (26, 0),
}  # fmt: skip
"""choice: which clips are in which class, so that the counts of both come out (24, 13, 20, 8, 3, 7, 84)."""
SAMM_ONLY_OTHER = "025"
"""The subject who shows nothing but ``Other``."""
SAMM_UNSHIFTED_VIDEOS = 36
"""So many of the 79 videos count their frames as the long videos do; the others are shifted by hundreds."""
SAMM_AMBIGUOUS_UNITS = 5
"""So many clips have an ``or`` among their action units."""

# --- SMIC-HS, 100 fps ----------------------------------------------------------------------------------------------

SMIC_CLIPS_PER_SUBJECT = (38, 21, 20, 17, 13, 10, 8, 7, 6, 6, 5, 4, 3, 2, 2, 2)
"""choice: as in the twin of SMIC-E-Long; only the sum (164) is known."""
SMIC_CLASSES: Mapping[str, int] = {"ne": 70, "po": 51, "sur": 43}
SMIC_AT_LEAST: Mapping[tuple[str, str], int] = {
    ("s01", "ne"): 2, ("s02", "sur"): 5, ("s03", "ne"): 20, ("s04", "ne"): 6, ("s09", "sur"): 2,
}  # fmt: skip
"""So many clips the subjects have whose clips without a row are numbered up to there."""
SMIC_SECOND: Mapping[str, str] = {
    "s01_ne_02": "s01_ne_01", "s03_ne_03": "s03_ne_02", "s04_ne_05": "s04_ne_04", "s09_sur_02": "s09_sur_01",
}  # fmt: skip
"""choice: which four of the seven clips without a row are second micro-expressions, and in whose row they stand."""
SMIC_LOST = ("s02_sur_05", "s03_ne_20", "s04_ne_06")
"""choice: which three were lost with their original videos."""
SMIC_UNPADDED = 0.57
"""The share of names that have ``s1`` instead of ``s01``."""
