"""The composite database of MEGC2019 ("3DB"), derived from the user's own three licensed tables.

Rule (recognition guideline of MEGC2019; the list of clips was checked against the organisers' published list):

* SMIC-HS: all 164 clips, with their native three classes.
* SAMM: the 159 clips without the 26 of emotion "other".
* CASME II: the clips of disgust, repression, happiness and surprise (fear and sadness are not taken, although the
  guideline's map would make them negative), without ``sub04/EP12_01f`` (no apex) and ``sub05/EP09_05f``; of the longer
  256-row table also without ``sub24/EP02_07``.

That is 442 clips of 68 subjects. One public toolkit drops ``sub05/EP12_03f`` instead of ``EP09_05f``; the organisers'
list holds the former and lacks the latter, and is followed here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mebench.datasets.catalog import original_name
from mebench.datasets.dataset import ClipDataset
from mebench.datasets.tables import SAMPLES, conform
from mebench.problems import UserError
from mebench.protocols.classes import SCHEMES
from mebench.protocols.published_counts import class_counts

MEMBERS = ("casme2", "smic", "samm")
"""In the order of the organisers' list."""

CLASSES = SCHEMES["megc3"].classes

COUNTS: Mapping[str, tuple[int, ...]] = class_counts("megc2019").parts
"""Clips of each database by class (negative, positive, surprise)."""

SUBJECTS: Mapping[str, int] = {"smic": 16, "casme2": 24, "samm": 28}

OFFICIAL_SHA256 = "adf1de4a088d4c3b3bd01cc8d061e836264d0e05140266eb15d8dc1050f484a7"
"""Of the organisers' ``combined_3class_gt.csv``."""

_CASME2_EMOTIONS = ("disgust", "repression", "happiness", "surprise")
_CASME2_DROPPED = (("sub04", "EP12_01f"), ("sub05", "EP09_05f"), ("sub24", "EP02_07"))


def composite(members: Mapping[str, ClipDataset], check: bool = True) -> pd.DataFrame:
    """Return the samples of the composite database.

    Parameters
    ----------
    members : mapping of str to ClipDataset
        Keys ``casme2``, ``smic``, ``samm``.
    check : bool, default True
        Refuse tables that do not give exactly the published counts.

    Returns
    -------
    pandas.DataFrame
        Contract :data:`mebench.datasets.tables.SAMPLES`; ``dataset`` is the member's own name.

    Raises
    ------
    UserError
        With every difference, if the counts are not those of the protocol.
    """
    parts = []
    for member in MEMBERS:
        clips = members[member].clips
        if member == "casme2":
            kept = clips["emotion"].isin(_CASME2_EMOTIONS)
            dropped = pd.MultiIndex.from_frame(clips[["subject", "clip"]]).isin(_CASME2_DROPPED)
            clips = clips[kept & ~dropped]
        labelled = clips.assign(label=SCHEMES["megc3"].label(clips["emotion"]))
        parts.append(labelled[labelled["label"].notna()])
        if check:
            _check(member, members[member], parts[-1])
    return conform(pd.concat(parts, ignore_index=True), SAMPLES, "samples")


def _check(member: str, dataset: ClipDataset, samples: pd.DataFrame) -> None:
    found = tuple(int((samples["label"] == name).sum()) for name in CLASSES)
    subjects = int(samples["subject"].nunique())
    if (found, subjects) == (COUNTS[member], SUBJECTS[member]):
        return
    differing = [
        f"{n} {name} instead of {wanted}"
        for name, n, wanted in zip(CLASSES, found, COUNTS[member], strict=True)
        if n != wanted
    ]
    if subjects != SUBJECTS[member]:
        differing.append(f"{subjects} subjects instead of {SUBJECTS[member]}")
    raise UserError(
        f"{dataset.name} ({dataset.source}) does not give the composite database of MEGC2019: {', '.join(differing)}. "
        f"Check the copy with 'mebench dataset verify {dataset.name}'; an edited or older table is the usual cause."
    )


def official_csv(samples: pd.DataFrame) -> str:
    """Return samples in the organisers' format: ``database,subject,clip,label``, no header, CRLF, classes 0, 1, 2.

    SAMM's subjects are written without leading zeros, as there.
    """
    code = {name: i for i, name in enumerate(CLASSES)}
    lines = []
    columns = (samples[name].astype(str) for name in ("dataset", "subject", "clip", "label"))
    for dataset, subject, clip, label in zip(*columns, strict=True):
        member = original_name(dataset)
        lines.append(f"{member},{subject.lstrip('0') if member == 'samm' else subject},{clip},{code[label]}")
    return "\r\n".join(lines) + "\r\n"
