"""An entry: one scored submission as a leaderboard keeps it, known by the hash of what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote

from mebench.leaderboard.measures import Scores, Table, statistics_of, tables_of
from mebench.metrics.named import Statistic

SCHEMA = "mebench/leaderboard-entry/1"
ID_DIGITS = 16


@dataclass(frozen=True)
class Entry:
    """One scored submission.

    Parameters
    ----------
    document : mapping
        As ``mebench/leaderboard/schema/leaderboard-entry-1.json`` describes it.
    """

    document: Mapping[str, Any]

    @cached_property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of all but the clock and the machine."""
        lasting = {name: value for name, value in self.document.items() if name != "environment"}
        return hashlib.sha256(canonical_json(lasting).encode("ascii")).hexdigest()[:ID_DIGITS]

    @property
    def task(self) -> str:
        """One of spotting, recognition, spot-then-recognise."""
        return str(self.document["task"])

    @property
    def classes(self) -> list[str]:
        """Classes of recognition, emotions of spot-then-recognise; none in spotting."""
        return list(self.document["classes"])

    @property
    def submission(self) -> Mapping[str, Any]:
        """What the makers of the submission said of it, and its hash."""
        found: Mapping[str, Any] = self.document["submission"]
        return found

    @property
    def scores(self) -> Scores:
        """Score, low and high by part and metric."""
        found: Scores = self.document["scores"]
        return found

    @property
    def method(self) -> str:
        """The method's name, or the file's where its makers gave none."""
        return named(self.submission["method"]) or named(self.submission["file"]) or self.id

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The additive table of each part: see :func:`mebench.leaderboard.measures.tables_of`."""
        return tables_of(self.task, self.document["by_subject"], self.classes)

    @property
    def statistics(self) -> Mapping[str, Statistic]:
        """The scores by name, the main one first."""
        return statistics_of(self.task, len(self.classes))

    @property
    def subjects(self) -> list[tuple[str | None, str]]:
        """Database (recognition only) and name of each subject, in the order of the tables."""
        return [(row.get("dataset"), row["subject"]) for row in self.document["by_subject"]]

    @cached_property
    def board(self) -> str:
        """The id of the board that the entry belongs on."""
        said = self.document
        parts = [self.task, said["dataset"], said["protocol"] or "unstated"]
        parts += [said["variant"].replace(" ", "-")] if said["variant"] else []
        parts += ["synthetic"] if said["synthetic"] and not named_a_twin(said["dataset"]) else []
        return "/".join(quote(part, safe="") for part in parts)

    @cached_property
    def terms(self) -> dict[str, str]:
        """What all entries of a board must have in common, by the words that a refusal uses."""
        said = self.document
        return {
            "rule": f"{said['rule']['name']}/{said['rule']['version']}",
            "IoU threshold": str(said["rule"].get("iou", "")),
            "ground-truth policy": str(said["ground_truth"]["policy"]),
            "ground truth": str(said["ground_truth"]["sha256"]),
            "classes": ", ".join(self.classes),
            "types": ", ".join(self.tables),
            "subjects": canonical_json(self.subjects),
        }

    @property
    def key(self) -> tuple[str, ...]:
        """What no two entries have in common: the submission, and what it was scored on and by."""
        return (self.board, str(self.submission["sha256"]), *self.terms.values())

    @property
    def unranked_because(self) -> str | None:
        """Why it is shown without a rank, or None where it has one."""
        said = {"selection": "its epoch", "threshold_source": "its thresholds"}
        chosen = [words for field, words in said.items() if self.submission[field] == "oracle"]
        if not chosen:
            return None
        verb = "were" if len(chosen) > 1 or "thresholds" in chosen[0] else "was"
        return f"ORACLE: {' and '.join(chosen)} {verb} chosen on the test labels"

    def to_json(self) -> str:
        """Return the file's text: ASCII, one line a field and one a subject, so that versions can be compared."""
        lines = []
        for name in sorted(self.document):
            value = self.document[name]
            if name == "by_subject":
                rows = ",\n".join(f"  {canonical_json(row)}" for row in value)
                lines.append(f' "{name}": [\n{rows}\n ]')
            else:
                lines.append(f' "{name}": {canonical_json(value)}')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def named(text: str | None) -> str | None:
    """Return a name, None where it shows nothing: it is empty, or of blanks and invisible characters only."""
    return text if text and any(c.isprintable() and not c.isspace() for c in text) else None


def named_a_twin(dataset: str) -> bool:
    """Return whether the dataset's name is one of an embedded twin, or of a composite of twins."""
    from mebench.datasets.catalog import COMPOSITES, TWIN_ENDINGS, is_twin

    return is_twin(dataset) or (dataset in COMPOSITES and dataset.endswith(TWIN_ENDINGS))


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of an entry."""
    from importlib.resources import files

    text = files("mebench.leaderboard").joinpath("schema/leaderboard-entry-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
