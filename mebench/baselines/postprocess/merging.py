"""Merging: boxes that overlap or lie close become one. What comes out depends on the boxes, not on their order.

Overlaps that are compared with a threshold are decided in whole numbers of frames.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mebench.baselines.postprocess.boxes import Boxes, best_first, boxes, none, share


def gap_merge(of: Boxes, gap: int) -> Boxes:
    """Join boxes with at most ``gap`` frames between them, and so on along the chain; the score is the highest.

    Parameters
    ----------
    of : Boxes, of one video and type
    gap : int
        Frames between offset and next onset: 0 joins those that touch end to end, -1 only those that share a frame,
        2 is the rule of SP-pattern.

    Returns
    -------
    Boxes
        By onset; any two are more than ``gap`` frames apart.

    Raises
    ------
    ValueError
        If the gap is below -1.

    Examples
    --------
    >>> merged = gap_merge(boxes([1, 8, 20], [5, 10, 25], [0.1, 0.7, 0.3]), 2)
    >>> merged.onset.tolist(), merged.offset.tolist(), merged.score.tolist()
    ([1, 20], [10, 25], [0.7, 0.3])
    """
    if gap < -1:
        raise ValueError(f"a gap is at least -1, not {gap}")
    if not of.n:
        return of
    onset, offset, score = of.take(np.argsort(of.onset, kind="stable"))
    reached = np.maximum.accumulate(offset)
    first = np.flatnonzero(np.append(True, onset[1:] - reached[:-1] - 1 > gap))
    last = np.append(first[1:], len(onset)) - 1
    return Boxes(onset[first], reached[last], np.maximum.reduceat(score, first))


def merge_min(of: Boxes, threshold: str | float | Fraction, passes: int = 2) -> Boxes:
    """Join boxes that share more than ``threshold`` of the shorter one's frames (He 2021, Zhao 2022).

    A pass goes by onset, then offset. Each box is compared with the groups made so far and widens every one with which
    it shares more than that; if there is none it opens a group of its own. The released codes make two passes, with
    .34 (SAMM) and .10, .29 or .34 (CAS(ME)^2).

    Parameters
    ----------
    of : Boxes, of one video and type
    threshold : str, float or Fraction
        0 to 1. choice: lengths count both ends; the released codes leave one out.
    passes : int
        At least 1.

    Returns
    -------
    Boxes
        The unions, by onset; the score is the highest of a group.

    Raises
    ------
    ValueError
        If the threshold lies outside [0, 1] or there is no pass.

    Examples
    --------
    >>> merged = merge_min(boxes([1, 8, 20], [10, 12, 25], [0.2, 0.4, 0.6]), 0.34)
    >>> merged.onset.tolist(), merged.offset.tolist(), merged.score.tolist()
    ([1, 20], [12, 25], [0.4, 0.6])
    """
    if passes < 1:
        raise ValueError(f"merging takes at least one pass, not {passes}")
    above = share(threshold)
    rows = list(zip(of.onset.tolist(), of.offset.tolist(), of.score.tolist(), strict=True))
    for _ in range(passes):
        rows = _merged_once(rows, above.numerator, above.denominator)
    return boxes(*zip(*sorted(rows), strict=True)) if rows else none()


def _merged_once(rows: list[tuple[int, int, float]], p: int, q: int) -> list[tuple[int, int, float]]:
    groups: list[tuple[int, int, float]] = []
    for onset, offset, score in sorted(rows):
        alone = True
        for at, (start, end, best) in enumerate(groups):
            shared = min(offset, end) - max(onset, start) + 1
            if shared > 0 and shared * q > p * (min(offset - onset, end - start) + 1):
                groups[at] = (min(start, onset), max(end, offset), max(best, score))
                alone = False
        if alone:
            groups.append((onset, offset, score))
    return groups


def weighted_fusion(of: Boxes, threshold: str | float | Fraction = Fraction(11, 20), models: int = 1) -> Boxes:
    """Average boxes that overlap, weighted by their scores (weighted boxes fusion, in time).

    By precedence, each box joins the cluster with whose average it has the highest IoU, if that is above
    ``threshold``, else it opens a cluster. A cluster's ends are the averages of its boxes' ends, weighted by score and
    rounded to frames, a half upwards; its score is the mean of theirs, times ``min(boxes, models) / models``.

    Parameters
    ----------
    of : Boxes, of one video and type
        Of all models together; scores not negative.
    threshold : str, float or Fraction
    models : int
        How many models proposed: what few of them found counts less.

    Returns
    -------
    Boxes
        In the order of precedence.

    Raises
    ------
    ValueError
        If a score is negative or there is no model.

    References
    ----------
    Solovyev, R., Wang, W., Gabruseva, T. (2021). Weighted boxes fusion: ensembling boxes from different object
    detection models. Image and Vision Computing 107.

    Examples
    --------
    >>> fused = weighted_fusion(boxes([1, 5], [20, 24], [0.75, 0.25]))
    >>> fused.onset.tolist(), fused.offset.tolist(), fused.score.tolist()
    ([2], [21], [0.5])
    """
    if models < 1 or (of.n and of.score.min() < 0):
        raise ValueError("fusion needs scores of at least 0 and at least one model")
    above = share(threshold)
    p, q = above.numerator, above.denominator
    clusters: list[list[tuple[int, int, float]]] = []
    averages: list[tuple[int, int]] = []
    ordered = best_first(of)
    for onset, offset, score in zip(
        ordered.onset.tolist(), ordered.offset.tolist(), ordered.score.tolist(), strict=True
    ):
        found, highest = None, above
        for at, (start, end) in enumerate(averages):
            shared = min(offset, end) - max(onset, start) + 1
            if shared <= 0:
                continue
            union = (offset - onset + 1) + (end - start + 1) - shared
            if shared * q > p * union and (iou := Fraction(shared, union)) > highest:
                found, highest = at, iou
        if found is None:
            clusters.append([(onset, offset, score)])
            averages.append((onset, offset))
        else:
            clusters[found].append((onset, offset, score))
            averages[found] = _average(clusters[found])
    scores = [sum(s for *_, s in c) / len(c) * min(len(c), models) / models for c in clusters]
    if not averages:
        return none()
    onsets, offsets = zip(*averages, strict=True)
    return best_first(boxes(onsets, offsets, scores))


def _average(cluster: list[tuple[int, int, float]]) -> tuple[int, int]:
    """Return the rounded ends; boxes that all have score 0 count alike."""
    onset, offset, score = (np.array(column) for column in zip(*cluster, strict=True))
    weight = score if score.sum() > 0 else np.ones(len(score))
    # Measured from the earliest onset, so that a shift of the video changes nothing but the result's place.
    origin = int(onset.min())
    start, end = (int(np.floor((weight * (ends - origin)).sum() / weight.sum() + 0.5)) for ends in (onset, offset))
    return origin + start, origin + end
