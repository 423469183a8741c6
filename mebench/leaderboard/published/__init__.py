"""Published results beside measured ones: each with its source, what is known of its rule and selection, and a verdict.

A published number is a claim about a run that nobody can score again. It is shown, audited and never ranked against a
measured one. :func:`published` gives what pages, exports and the command line show.
"""

from __future__ import annotations

import re
from typing import Any

from mebench.leaderboard.published.table import METRICS, PARTS, VERDICTS, Result, results, sources

__all__ = ["METRICS", "PARTS", "VERDICTS", "published", "why"]


def published() -> list[dict[str, Any]]:
    """Return every published result as a JSON-ready record, spotting first.

    Returns
    -------
    list of dict
        With the keys ``id``, ``task``, ``dataset`` (our name), ``dataset_words``, ``protocol`` (or None), ``method``,
        ``year``, ``source``, ``link`` (or None), ``parts`` ({part: {metric: text as printed}}), ``counts`` ({part:
        {"tp", "fp", "fn"}}), ``counts_are`` (``printed``, ``recovered`` from the scores, or None), ``rule`` and
        ``selection`` (what its code used, as far as known, or None), ``verdict`` and ``why``.

    Examples
    --------
    >>> row = next(row for row in published() if row["method"] == "STSTNet, as published")
    >>> row["parts"]["full"]["uar"], row["verdict"]
    ('0.7605', 'precision printed as recall')
    """
    return [_record(result) for result in results()]


def _record(result: Result) -> dict[str, Any]:
    source = sources()[result.source]
    return {
        "id": f"{result.dataset}/{_slug(result.method)}/{result.source}",
        "task": result.task,
        "dataset": result.dataset,
        "dataset_words": result.dataset_words,
        "protocol": result.protocol,
        "method": result.method,
        "year": result.year,
        "source": source.words,
        "link": source.link,
        "parts": {part: dict(scores) for part, scores in result.parts.items()},
        "counts": {part: dict(counts) for part, counts in result.counts.items()},
        "counts_are": result.counts_are,
        "rule": result.rule,
        "selection": result.selection,
        "verdict": result.verdict,
        "why": why(result),
    }


def why(result: Result) -> str:
    """Return the reason for a verdict in a few sentences: a choice made on test, what the audit found, a note."""
    chosen = f"Chosen on test: {result.selection}." if result.on_test else ""
    return " ".join(part for part in (chosen, result.finding, result.note) if part)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", words.lower()).strip("-")
