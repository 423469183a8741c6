"""Recognition scores: UF1, UAR and accuracy as sums over an additive (subject, true, predicted) table.

Conventions
-----------
The class list is fixed by the protocol, never by the labels that happen to be seen. Clips are counted once into a table
of shape (n_subjects, n_classes, n_classes); a *confusion* is a sum of its rows, true classes down, predicted classes
across. Every score is a function of a confusion of shape (..., n_classes, n_classes), so that the score of one subject,
of one database, of all folds together and of 2000 bootstrap replicates is the same line. With TP, FP and FN of class c
summed over all folds:

    F1_c = 2 TP_c / (2 TP_c + FP_c + FN_c)     recall_c = TP_c / (TP_c + FN_c)
    UF1 = mean of F1_c over the classes        UAR = mean of recall_c over the classes

- A class that is absent on both sides (TP = FP = FN = 0) has no F1 and is left out of UF1: see :func:`absent`.
- A class that is absent in truth but predicted has F1 = 0, which counts in UF1.
- A class that is absent in truth has no recall and is left out of UAR: see :func:`unseen`.
- A score with nothing to divide by is nan, never 0 or 1.

These are not the scores of a fold averaged over folds: most subjects show one or two classes only.

Source: recognition task of MEGC2019 (See, Yap, Li, Hong, Wang, FG 2019), equations 1 to 5; pooling as in Forman, G.,
Scholz, M. (2010), Apples-to-apples in cross-validation studies, SIGKDD Explorations 12(1). Equations 4 and 5 lack the
sum over classes in print.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.metrics import spotting
from mebench.metrics.ratios import Numbers, mean_of_defined, ratio


def tally(
    subject: ArrayLike, true: ArrayLike, predicted: ArrayLike, n_subjects: int, n_classes: int
) -> NDArray[np.int64]:
    """Count clips by subject, true class and predicted class.

    Parameters
    ----------
    subject, true, predicted : array_like of int, shape (n,)
        Codes from 0; one entry a clip, in any order.
    n_subjects, n_classes : int
        Sizes of the table; a subject or class without clips keeps its row of zeros.

    Returns
    -------
    ndarray of int64, shape (n_subjects, n_classes, n_classes)
        ``table[s, i, j]`` is how many clips of subject s and class i were called class j.

    Raises
    ------
    ValueError
        If the three differ in length, or a code lies outside the table.

    Examples
    --------
    >>> tally([0, 0, 1], [0, 1, 1], [0, 0, 1], n_subjects=2, n_classes=2).tolist()
    [[[1, 0], [1, 0]], [[0, 0], [0, 1]]]
    """
    subjects = _codes(subject, n_subjects, "subject")
    truth, said = _codes(true, n_classes, "true class"), _codes(predicted, n_classes, "predicted class")
    if not subjects.shape == truth.shape == said.shape:
        raise ValueError(f"{subjects.size} subjects, {truth.size} true and {said.size} predicted classes: not the same")
    cell = subjects * n_classes
    cell += truth
    cell *= n_classes
    cell += said
    counted = np.bincount(cell, minlength=n_subjects * n_classes**2)
    return counted.astype(np.int64, copy=False).reshape(n_subjects, n_classes, n_classes)


def _codes(values: ArrayLike, n: int, what: str) -> NDArray[np.intp]:
    given = np.asarray(values)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise ValueError(f"{what} codes are a row of whole numbers, not {given.dtype} of shape {given.shape}")
    if given.size and not (given.min() >= 0 and given.max() < n):
        wrong = given[(given < 0) | (given >= n)][0]
        raise ValueError(f"{what} code {wrong} is not in 0 to {n - 1}")
    return given.astype(np.intp, copy=False)


def one_against_rest(confusion: Numbers) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return TP, FP and FN of each class, shape (..., n_classes, 3), for a confusion (..., n_classes, n_classes)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return np.stack([hits, confusion.sum(axis=-2) - hits, confusion.sum(axis=-1) - hits], axis=-1)


def precision(confusion: Numbers) -> NDArray[np.float64]:
    """Return each class's TP / (TP + FP), shape (..., n_classes); nan where it was never predicted."""
    return spotting.precision(one_against_rest(confusion))


def recall(confusion: Numbers) -> NDArray[np.float64]:
    """Return each class's TP / (TP + FN), shape (..., n_classes); nan where it has no clip."""
    return spotting.recall(one_against_rest(confusion))


def f1(confusion: Numbers) -> NDArray[np.float64]:
    """Return each class's 2 TP / (2 TP + FP + FN), shape (..., n_classes); nan where it is absent on both sides."""
    return spotting.f1(one_against_rest(confusion))


def uf1(confusion: Numbers) -> NDArray[np.float64]:
    """Return the unweighted mean of the classes' F1, shape (...); see :func:`absent` for the classes left out.

    Examples
    --------
    >>> confusion = np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]])
    >>> print(uf1(confusion).round(4), absent(confusion))
    0.7544 [False False  True]
    """
    return mean_of_defined(f1(confusion))


def uar(confusion: Numbers) -> NDArray[np.float64]:
    """Return the unweighted mean of the classes' recall, shape (...); see :func:`unseen` for the classes left out.

    Examples
    --------
    >>> confusion = np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]])
    >>> print(uar(confusion).round(4), unseen(confusion))
    0.775 [False False  True]
    """
    return mean_of_defined(recall(confusion))


def accuracy(confusion: Numbers) -> NDArray[np.float64]:
    """Return the share of clips whose class was told, shape (...); nan without clips."""
    return ratio(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1)))


def absent(confusion: Numbers) -> NDArray[np.bool_]:
    """Return which classes are neither true nor predicted anywhere, shape (..., n_classes): UF1 leaves them out."""
    return np.asarray((one_against_rest(confusion) == 0).all(axis=-1))


def unseen(confusion: Numbers) -> NDArray[np.bool_]:
    """Return which classes have no clip, shape (..., n_classes): UAR leaves them out."""
    return np.asarray(confusion.sum(axis=-1) == 0)
