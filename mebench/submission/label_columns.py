"""Which column of a recognition submission means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mebench.submission.classes import codes_of
from mebench.submission.columns import Vocabulary

LABEL_ALIASES: Mapping[str, tuple[str, ...]] = {
    "dataset": ("dataset", "db", "database", "dataset_name", "database_name"),
    "subject": ("subject", "sub", "subj", "subject_id", "sub_id", "subject_name", "participant"),
    "clip": (
        *("clip", "file", "filename", "video", "vid", "clip_id", "clip_name", "file_id", "video_id", "video_name"),
        *("sample", "sample_id", "sample_name"),
    ),
    "label": (
        *("label", "prediction", "pred", "predicted", "predicted_label", "pred_label", "label_pred", "y_pred"),
        *("class", "predicted_class", "pred_class", "emotion", "predicted_emotion", "pred_emotion", "emotion_pred"),
    ),
    "truth": ("truth", "gt", "ground_truth", "true", "true_label", "gt_label", "label_true", "y_true", "target"),
}
"""Column names seen in the wild; letter case, blanks and underscores do not matter. The truth is never scored."""

PROBABILITY = "probability_"
_PREFIXES = (PROBABILITY, "prob_", "proba_", "p_")


def label_vocabulary(classes: Sequence[str]) -> Vocabulary:
    """Return the column names of a recognition submission, with one ``probability_<class>`` for each class.

    A class is named or, where it has one, given by its code (``prob_0``).
    """
    codes = codes_of(classes)
    probabilities = {
        PROBABILITY + name: tuple(
            prefix + part for prefix in _PREFIXES for part in (name, *((codes[name],) if name in codes else ()))
        )
        for name in classes
    }
    return Vocabulary({**LABEL_ALIASES, **probabilities}, ("clip", "label"), "dataset,subject,clip,label")
