"""The threshold that is best on training evidence.

What is sought is the value with the highest F1 under the rule ``megc``, counts pooled over the training videos: false
positives in videos without expressions count, and so do the expressions of videos without predictions. Candidates are
values that occur in the evidence, and infinity, at which nothing is predicted. Of values with equal F1 the one with
the fewest predictions is chosen, of those the largest. So a value is infinite only if no finite one gives a single
hit.

The evidence may come from wherever the method wants, as long as no test subject plays a part: a threshold fitted on
the scores of videos that the network was trained on is too high for new ones, so learned methods should score training
videos out of fold (by models that did not see their subjects) and hand over the expressions of just these videos.

Nested predictions
------------------
Where a higher threshold only removes predictions, all values can be tried at once (:func:`tune_nested`). That holds
for scored proposals as such, after NMS of any kind that drops boxes, and for peaks with a least distance and intervals
that do not depend on the threshold. It does not hold for runs, chunks and walks to a threshold, nor for mergers: there
every value is tried on its own (:func:`tune_over`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mebench.baselines.postprocess.boxes import Boxes, Values
from mebench.metrics import spotting
from mebench.metrics.intervals import Frames, Intervals, intervals
from mebench.metrics.matching import match
from mebench.metrics.sweep import curve, enlarging

HALF = Fraction(1, 2)

T = TypeVar("T")
Video = TypeVar("Video", str, tuple[str, str])


class Tuned(NamedTuple):
    """A chosen value and the whole curve it was chosen from.

    ``value`` is infinite where predicting nothing is best; ``f1`` and ``counts`` (TP, FP, FN) are those at ``value``,
    on training evidence; f1 is nan if there is neither expression nor prediction. ``values``, shape (m,), falls from
    infinity; ``table``, shape (m, 3), holds TP, FP, FN at each of them.
    """

    value: float
    f1: float
    counts: spotting.Counts
    values: Values
    table: spotting.Counts

    @property
    def curve(self) -> Values:
        """F1 at each of ``values``; nan where it is undefined."""
        return spotting.f1(self.table)


def tune_nested(
    proposals: pd.DataFrame, expressions: pd.DataFrame, kind: str, *, floor: float = -np.inf, iou: Fraction = HALF
) -> Tuned:
    """Choose the score from which proposals count, among all scores that occur.

    Parameters
    ----------
    proposals : pandas.DataFrame
        Columns video, onset, offset, type, score: what is left after NMS, or peaks with their intervals and relative
        heights, if p is sought. A column dataset, in both tables, keeps videos of the same name apart.
    expressions : pandas.DataFrame
        Columns video, onset, offset, type: of all videos that the proposals were sought in.
    kind : {"me", "mae"}
        Only rows of this type count, in both tables.
    floor : float
        No value below it is tried: 0 for p.
    iou : Fraction

    Returns
    -------
    Tuned
        Proposals with ``score >= value`` are the predictions.

    Raises
    ------
    ValueError
        If a score is not finite, or videos of several datasets have the same name and nothing tells them apart.

    Examples
    --------
    >>> row = {"video": "a", "type": "me"}
    >>> truth = pd.DataFrame([{**row, "onset": 1, "offset": 10}])
    >>> hit, alarm = {"onset": 1, "offset": 9, "score": 0.8}, {"onset": 30, "offset": 39, "score": 0.3}
    >>> said = pd.DataFrame([{**row, **hit}, {**row, **alarm}])
    >>> tune_nested(said, truth, "me").value
    0.8
    """
    events = _Events(expressions, kind)
    rows = proposals[proposals["type"] == kind]
    score = rows["score"].to_numpy(dtype=np.float64)
    if not np.isfinite(score).all():
        raise ValueError("the score of a proposal must be a finite number")
    rows, score = rows[score >= floor], score[score >= floor]
    estimated = intervals(events.groups(rows), rows["onset"].to_numpy(), rows["offset"].to_numpy())
    steps = curve(score, enlarging(events.spans, estimated, score, iou), len(events.spans.onset))
    return _best(steps.score, steps.counts(), len(events.spans.onset))


def tune_over(
    values: ArrayLike,
    evidence: Mapping[Video, T],
    predict: Callable[[T, float], Boxes],
    expressions: pd.DataFrame,
    kind: str,
    *,
    iou: Fraction = HALF,
) -> Tuned:
    """Choose among ``values`` when predictions are made anew for each of them.

    Parameters
    ----------
    values : array-like of float
        Finite, for instance from :func:`candidates`.
    evidence : mapping
        Of each training video, by its name or by (dataset, name): whatever ``predict`` takes, such as a track.
    predict : callable
        Maps the evidence of a video and a value to the predictions of the type, in native frames; a larger value is
        taken to be stricter. It is called once a video and value.
    expressions, kind, iou
        See :func:`tune_nested`.

    Raises
    ------
    ValueError
        If a value is not finite, or videos of several datasets have the same name and nothing tells them apart.
    """
    tried = np.unique(np.asarray(values, dtype=np.float64))[::-1]
    if not np.isfinite(tried).all():
        raise ValueError("a value to be tried must be finite")
    events = _Events(expressions, kind)
    groups = events.groups_of(list(evidence))
    table = np.empty((len(tried), 3), dtype=np.int64)
    for at, value in enumerate(tried.tolist()):
        said = [predict(of_video, value) for of_video in evidence.values()]
        table[at] = events.counted(_gathered(groups, said), iou)
    return _best(tried, table, len(events.spans.onset))


def _gathered(groups: Frames, said: list[Boxes]) -> Intervals:
    if not said:
        return intervals([], [], [])
    return Intervals(
        np.repeat(groups, [of.n for of in said]),
        np.concatenate([of.onset for of in said]),
        np.concatenate([of.offset for of in said]),
    )


def candidates(evidence: Iterable[ArrayLike], most: int = 100) -> Values:
    """Return at most ``most`` of the distinct finite values of some tracks, ascending, at equal steps of rank.

    The lowest and the highest are among them (of one, the highest).

    Raises
    ------
    ValueError
        If ``most`` is below 1.

    Examples
    --------
    >>> candidates([[0.1, 0.5, 0.5], [0.2, 0.9]], most=3).tolist()
    [0.1, 0.5, 0.9]
    """
    if most < 1:
        raise ValueError(f"at least one value must be tried, not {most}")
    tracks = [np.asarray(track, dtype=np.float64).ravel() for track in evidence]
    distinct: Values = np.unique(np.concatenate(tracks)) if tracks else np.empty(0)
    distinct = distinct[np.isfinite(distinct)]
    if len(distinct) <= most:
        return distinct
    # Counted from the highest, in whole numbers.
    return distinct[::-1][(np.arange(most) * (len(distinct) - 1)) // max(most - 1, 1)][::-1]


class _Events:
    """The expressions of one type, and the numbers of the videos that they lie in."""

    def __init__(self, expressions: pd.DataFrame, kind: str) -> None:
        rows = expressions[expressions["type"] == kind]
        self._known = rows[[name for name in ("dataset", "video") if name in rows.columns]].drop_duplicates()
        self.spans = intervals(self.groups(rows), rows["onset"].to_numpy(), rows["offset"].to_numpy())

    def groups(self, rows: pd.DataFrame) -> Frames:
        """Number the video of each row; all videos without an expression share the last number.

        Nothing can be matched in those, so that nothing is lost by not telling them apart.
        """
        names = [name for name in self._known.columns if name in rows.columns]
        known = self._keys(self._known, names)
        if not known.is_unique:
            raise ValueError(
                f"the video {known[known.duplicated()][0]} occurs in several datasets: evidence needs the dataset, too"
            )
        found = known.get_indexer(self._keys(rows, names))
        return np.where(found < 0, len(known), found).astype(np.int64)

    def groups_of(self, videos: Sequence[str | tuple[str, str]]) -> Frames:
        """Number videos given by name, or by dataset and name."""
        rows = [("", video) if isinstance(video, str) else video for video in videos]
        table = pd.DataFrame(rows, columns=["dataset", "video"], dtype=object)
        return self.groups(table if any(dataset for dataset, _ in rows) else table[["video"]])

    def counted(self, said: Intervals, iou: Fraction) -> tuple[int, int, int]:
        """Return TP, FP, FN."""
        hits = int((match(self.spans, said, iou) >= 0).sum())
        return hits, len(said.onset) - hits, len(self.spans.onset) - hits

    @staticmethod
    def _keys(rows: pd.DataFrame, names: list[str]) -> pd.Index:
        key = rows["video"].astype(object)
        return pd.Index(rows["dataset"].astype(object) + "/" + key if "dataset" in names else key, dtype=object)


def _best(values: Values, table: spotting.Counts, events: int) -> Tuned:
    """Choose among falling values, with infinity, at which nothing is predicted, before them."""
    values = np.append(np.inf, values)
    table = np.concatenate([np.array([[0, 0, events]], dtype=np.int64), table])
    # Equal ratios of whole numbers below 2**26 are equal floats and unequal ones differ, so f1 itself can be compared.
    f1 = spotting.f1(table)
    said = table[:, spotting.TP] + table[:, spotting.FP]
    at = int(np.lexsort((-values, said, -np.nan_to_num(f1, nan=0.0)))[0])
    return Tuned(float(values[at]), float(f1[at]), table[at], values, table)
