"""Class lists: which emotions are told apart, in which order, and which samples are left out.

The list is fixed by the protocol, never by the labels that happen to occur: a class that a test side lacks still counts
in the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mebench.problems import unknown_name


@dataclass(frozen=True)
class ClassScheme:
    """A list of classes and the map from annotated emotions to them; an emotion that is not mapped is left out.

    ``classes`` are in the order of their integer codes (0, 1, 2, ...).
    """

    name: str
    statement: str
    classes: tuple[str, ...]
    of_emotion: Mapping[str, str]

    def label(self, emotions: pd.Series) -> pd.Series:
        """Return the class of each emotion, missing where the scheme leaves it out."""
        return emotions.map(dict(self.of_emotion))


_NEGATIVE = ("repression", "anger", "contempt", "disgust", "fear", "sadness")

SCHEMES: Mapping[str, ClassScheme] = {
    scheme.name: scheme
    for scheme in (
        ClassScheme(
            "megc3",
            "negative (repression, anger, contempt, disgust, fear, sadness), positive (happiness), surprise; the "
            "composite megc2019 takes no fear and sadness of CASME II",
            ("negative", "positive", "surprise"),
            {
                **dict.fromkeys(_NEGATIVE, "negative"),
                "happiness": "positive",
                "negative": "negative",
                "positive": "positive",
                "surprise": "surprise",
            },
        ),
        ClassScheme(
            "casme2-5",
            "disgust, happiness, repression, surprise, others; fear and sadness are left out",
            ("disgust", "happiness", "repression", "surprise", "others"),
            {name: name for name in ("disgust", "happiness", "repression", "surprise", "others")},
        ),
        ClassScheme(
            "samm-5",
            "anger, contempt, happiness, surprise, others; disgust, fear and sadness are left out",
            ("anger", "contempt", "happiness", "surprise", "others"),
            {name: name for name in ("anger", "contempt", "happiness", "surprise", "others")},
        ),
    )
}


def scheme(name: str) -> ClassScheme:
    """Return a class scheme by name.

    Raises
    ------
    UserError
        If there is none of that name.
    """
    if name not in SCHEMES:
        raise unknown_name("class scheme", name, SCHEMES)
    return SCHEMES[name]
