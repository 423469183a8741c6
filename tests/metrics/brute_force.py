"""Definitions written from the guideline's words, with sets of frames and plain search; nothing of mebench is used."""

from fractions import Fraction
from itertools import product


def frames(onset, offset):
    return set(range(onset, offset + 1))


def iou_reaches(a, b, threshold):
    union = frames(*a) | frames(*b)
    return bool(union) and Fraction(len(frames(*a) & frames(*b)), len(union)) >= threshold


def largest_matching(references, estimates, threshold):
    """The largest number of pairs in which no interval serves twice, by trying everything."""
    edges = [[iou_reaches(r, e, threshold) for e in estimates] for r in references]

    def best(i, free):
        if i == len(references):
            return 0
        skipped = best(i + 1, free)
        taken = [1 + best(i + 1, free - {j}) for j in free if edges[i][j]]
        return max([skipped, *taken])

    return best(0, frozenset(range(len(estimates))))


def counts(references, estimates, groups, threshold):
    """(TP, FP, FN) a group; references and estimates are (group, onset, offset)."""
    table = []
    for g in range(groups):
        of = [r[1:] for r in references if r[0] == g]
        said = [e[1:] for e in estimates if e[0] == g]
        tp = largest_matching(of, said, threshold)
        table.append((tp, len(said) - tp, len(of) - tp))
    return table


def all_pairs(references, estimates, threshold):
    return {
        (i, j)
        for (i, r), (j, e) in product(enumerate(references), enumerate(estimates))
        if r[0] == e[0] and iou_reaches(r[1:], e[1:], threshold)
    }


PARTS = 2**20


def parts(a, b):
    """IoU in whole parts of 1/2**20, rounded down."""
    union = frames(*a) | frames(*b)
    return int(Fraction(len(frames(*a) & frames(*b)), len(union)) * PARTS) if union else 0


def canonical_matching(references, estimates, groups, threshold):
    """The best of all one-to-one assignments, by trying every one: {(g, reference): (g, estimate)}.

    Intervals are (group, onset, offset) and whatever else orders identical ones; all are distinct.
    """
    matched = {}
    for g in range(groups):
        of, said = (sorted(x[1:] for x in side if x[0] == g) for side in (references, estimates))
        last = len(said)
        choices = [[j for j, e in enumerate(said) if iou_reaches(r[:2], e[:2], threshold)] + [last] for r in of]
        best = min(
            (pick for pick in product(*choices) if sum(j < last for j in pick) == len(set(pick) - {last})),
            key=lambda pick: (
                -sum(j < last for j in pick),
                -sum(parts(of[i][:2], said[j][:2]) for i, j in enumerate(pick) if j < last),
                pick,
            ),
        )
        matched |= {(g, *of[i]): (g, *said[j]) for i, j in enumerate(best) if j < last}
    return matched
