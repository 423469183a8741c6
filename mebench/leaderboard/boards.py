"""Boards: entries that can be compared, with their ranks.

Entries share a board where task, dataset, variant, protocol and all of :attr:`Entry.terms` agree. Ranks and tie letters
follow the main score of each part among the ranked rows whose score is defined; oracle runs are shown below, without a
rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mebench.leaderboard.entry import Entry
from mebench.leaderboard.measures import FULL, ME
from mebench.leaderboard.standing import Standing, standing, words_of_test
from mebench.metrics.comparison import PairTest, fitting_test
from mebench.metrics.named import Statistic
from mebench.metrics.resampling import LEVEL
from mebench.problems import unknown_name


@dataclass(frozen=True)
class Board:
    """Comparable entries.

    Parameters
    ----------
    id : str
        ``task/dataset/protocol``, a variant of a twin after that.
    entries : tuple of Entry
        Ranked ones first, best first by the main score; undefined scores after them, oracle runs last.
    metric : str
        The main score, by which rows are ordered and ranked.
    """

    id: str
    entries: tuple[Entry, ...]
    metric: str

    @property
    def main(self) -> tuple[str, str]:
        """Part and metric by which the rows are ordered."""
        return _main_part(self.entries[0]), self.metric

    @property
    def ranked(self) -> tuple[Entry, ...]:
        """Those that have ranks: all but oracle runs."""
        return tuple(entry for entry in self.entries if entry.unranked_because is None)

    @property
    def test(self) -> PairTest:
        """The test that says which rows are separable."""
        return fitting_test(len(self.ranked))

    @property
    def test_words(self) -> str:
        """When two rows are called separable, in one sentence."""
        return words_of_test(self.test, len(self.ranked), len(self.entries[0].subjects))

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Of the ranked entries, by part."""
        statistic: Statistic = self.entries[0].statistics[self.metric]
        parts = self.entries[0].tables
        return {part: standing([e.tables[part] for e in self.ranked], statistic, self.test) for part in parts}

    def as_dict(self) -> dict[str, Any]:
        """Return the board as JSON-ready data: what pages, figures and exports are made from.

        Its fields are described in ``docs/leaderboard.md``.
        """
        first = self.entries[0]
        said, parts = first.document, list(first.tables)
        part, metric = self.main
        many = len({database for database, _ in first.subjects}) > 1
        ranked = {entry.id: i for i, entry in enumerate(self.ranked)}
        return {
            "id": self.id,
            "task": first.task,
            "dataset": said["dataset"],
            "variant": said["variant"],
            "synthetic": said["synthetic"],
            "protocol": said["protocol"],
            "rule": {name: value for name, value in said["rule"].items() if name != "emotions"},
            "ground_truth": dict(said["ground_truth"]),
            "classes": first.classes,
            "parts": parts,
            "metrics": list(first.statistics),
            "main": {"part": part, "metric": metric},
            "test": {"method": self.test, "words": self.test_words, "level": LEVEL},
            "subjects": [f"{database}/{who}" if many else who for database, who in first.subjects],
            **({"subject_parts": [database for database, _ in first.subjects]} if many else {}),
            "rows": [self._row(entry, ranked.get(entry.id)) for entry in self.entries],
            "pairs": {name: [list(pair) for pair in found.pairs] for name, found in self.standings.items()}
            if any(found.pairs for found in self.standings.values())
            else {},
        }

    def _row(self, entry: Entry, place: int | None) -> dict[str, Any]:
        said, environment = entry.submission, entry.document["environment"]
        shown = {FULL: entry.tables[FULL]} if FULL in entry.tables else entry.tables
        return {
            "id": entry.id,
            "method": entry.method,
            **{field: said[field] for field in ("preset", "seed", "authors", "code", "training_data", "file")},
            "submission_sha256": said["sha256"],
            **{field: said[field] for field in ("predictions", "selection", "threshold_source", "notes")},
            **{field: environment.get(field) for field in ("mebench", "commit", "time")},
            "ranked": place is not None,
            "unranked_because": entry.unranked_because,
            "scores": entry.scores,
            "counts": {part: _counts(entry, part) for part in entry.tables},
            "rank": {p: None if place is None else s.ranks[place] for p, s in self.standings.items()},
            "ties": {p: "" if place is None else s.letters[place] for p, s in self.standings.items()},
            "subjects": {part: table.reshape(len(table), -1).tolist() for part, table in shown.items()},
        }


def _counts(entry: Entry, part: str) -> dict[str, Any]:
    total = entry.tables[part].sum(axis=0)
    if entry.task == "recognition":
        return {"confusion": total.tolist()}
    counts: dict[str, Any] = dict(zip(("tp", "fp", "fn"), total[:3].tolist(), strict=True))
    if entry.task == "spot-then-recognise":
        counts["confusion"] = total[3:].reshape(len(entry.classes), -1).tolist()
    return counts


def _main_part(entry: Entry) -> str:
    """Return the part that matters most: micro-expressions, or all databases together."""
    return next((part for part in (FULL, ME) if part in entry.tables), next(iter(entry.tables)))


def boards(entries: Iterable[Entry], metric: str | None = None) -> list[Board]:
    """Sort entries onto boards and order the rows of each.

    Parameters
    ----------
    entries : iterable of Entry
        Where a folder brings entries that ``add`` would have kept apart (another ground truth, say), the smaller group
        gets a board of its own, whose id ends in the hash of its terms.
    metric : str or None
        Order and rank by this score instead of the main one; boards of tasks without it are left out.

    Returns
    -------
    list of Board
        Real data first; by id.

    Raises
    ------
    UserError
        If no board has the metric.
    """
    groups: dict[str, dict[tuple[str, ...], list[Entry]]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        groups.setdefault(entry.board, {}).setdefault(tuple(entry.terms.values()), []).append(entry)
    if metric is not None:
        _check_metric(metric, groups)
    made = []
    for name, by_terms in groups.items():
        largest_first = sorted(by_terms.items(), key=lambda item: (-len(item[1]), item[0]))
        for place, (_, group) in enumerate(largest_first):
            main = metric or next(iter(group[0].statistics))
            if main in group[0].statistics:
                own = name if place == 0 else f"{name}/{_short(group[0].terms)}"
                made.append(Board(own, tuple(sorted(group, key=lambda e: _order(e, main))), main))
    return sorted(made, key=lambda board: (board.entries[0].document["synthetic"], board.id))


def _check_metric(metric: str, groups: Mapping[str, Mapping[Any, Sequence[Entry]]]) -> None:
    firsts = [group[0] for by_terms in groups.values() for group in by_terms.values()]
    known = {name for entry in firsts for name in entry.statistics}
    if firsts and metric not in known:
        raise unknown_name("metric of these boards", metric, known)


def _short(terms: Mapping[str, str]) -> str:
    import hashlib

    return "terms-" + hashlib.sha256("\n".join(terms.values()).encode()).hexdigest()[:8]


def _order(entry: Entry, metric: str) -> tuple[bool, bool, float, str, str]:
    value = entry.scores[_main_part(entry)][metric][0]
    unranked = entry.unranked_because is not None
    return (unranked, value is None, -(value or 0.0), entry.method, entry.id)
