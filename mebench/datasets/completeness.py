"""One sentence about a copy that is not complete, cheap enough for every score."""

from __future__ import annotations

from mebench.datasets import catalog
from mebench.datasets.catalog import RECOGNITION, SPOTTING
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.tables import MAE, ME
from mebench.problems import plural

_COMPLETE = "; a complete one has "


def completeness_note(dataset: Dataset | ClipDataset) -> list[str]:
    """Return the main counts in which a copy differs from a complete one, as one note; none if it does not.

    Every line is compared by :func:`mebench.datasets.verify.verify`, which takes too long for a score.
    """
    clips = isinstance(dataset, ClipDataset)
    known = catalog.names(RECOGNITION if clips else SPOTTING)
    card = next((n for n in (dataset.reader, dataset.name) if n in known), None)
    if card is None:
        return []
    published = {expected.what: expected.values for expected in catalog.card(card).expected}
    differing = [
        (said, published[what])
        for what, (n, said) in _main_counts(dataset).items()
        if what in published and n not in published[what]
    ]
    if not differing:
        return []
    found = _series([said for said, _ in differing])
    complete = _series([" or ".join(map(str, values)) for _, values in differing])
    return [f"this copy has {found}{_COMPLETE}{complete}: see 'mebench dataset verify {dataset.name}'"]


def is_completeness_note(note: str) -> bool:
    """Return whether a note is the one of :func:`completeness_note`, which ``verify`` need not repeat."""
    return _COMPLETE in note


def _main_counts(dataset: Dataset | ClipDataset) -> dict[str, tuple[int, str]]:
    """Return the number and the words of each main count."""
    if isinstance(dataset, ClipDataset):
        rows, subjects = len(dataset.clips), len(dataset.subjects)
        return {"rows": (rows, plural(rows, "clip")), "subjects": (subjects, plural(subjects, "subject"))}
    videos, subjects = len(dataset.videos), len(dataset.subjects)
    counts = {"videos": (videos, plural(videos, "video")), "subjects": (subjects, plural(subjects, "subject"))}
    if dataset.annotations is None:
        return counts
    types = list(dataset.annotations["type"])
    return counts | {ME: (types.count(ME), f"{types.count(ME)} ME"), MAE: (types.count(MAE), f"{types.count(MAE)} MaE")}


def _series(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
