"""On what terms an entry is ranked: one rule, one threshold, the default choices, and counts that can be.

Whoever comes first on a board sets what later entries are compared with. Were anything allowed, one strange report
would keep the honest ones out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from mebench.leaderboard.measures import KINDS
from mebench.metrics.rules import CANONICAL
from mebench.problems import quoted

IOU = str(Fraction(1, 2))
PROTOCOL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RECOGNITION_POLICY = re.compile(r"([a-z0-9._-]{1,64})/([0-9]{1,9}), classes ([a-z0-9._-]{1,64})")
_AGAIN = "Score the file again with 'mebench score FILE --dataset NAME --json OUT'"


class Fault(NamedTuple):
    """Why something is not ranked: a clause with the value in it, and what to do as a sentence without full stop."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}."


def fault_of_terms(document: Mapping[str, Any]) -> Fault | None:
    """Return why an entry cannot be ranked, None where nothing stands against it.

    Parameters
    ----------
    document : mapping
        Of an entry; every field of its form, and counts that fit together.
    """
    return next(_faults(document), None)


def rule_fault(task: str, rule: Mapping[str, Any]) -> Fault | None:
    """Return what is wrong with the rule of a report or an entry."""
    name, version = _rule_of(task)
    if (rule["name"], rule["version"]) != (name, version) or "difference" in rule:
        said = f"{quoted(rule['name'])[1:-1]}/{quoted(rule['version'])[1:-1]}"
        return Fault(
            f"its rule is {said}, and {task} is ranked under the canonical rule {name}/{version} only",
            "Score the file again without --rule",
        )
    if task != "recognition" and rule.get("iou") != IOU:
        return Fault(
            f"its IoU threshold is {quoted(rule.get('iou', 'not given'))}, and entries are ranked at {IOU} only",
            "Score the file again without --iou",
        )
    return None


def choices_fault(task: str, ground_truth: Mapping[str, Any]) -> Fault | None:
    """Return what is wrong with the choices that a report lists beside the name of its policy."""
    choices, policy = ground_truth["choices"], ground_truth["policy"]
    if task == "recognition":
        agree = set(choices) <= {"classes"} and policy.endswith(f", classes {choices.get('classes')}")
    else:
        agree = choices == _default_choices()
    if agree:
        return None
    said = ", ".join(f"{name} {choice}" for name, choice in choices.items())
    return Fault(f"its ground-truth choices are {quoted(said)}, which are not those of {quoted(policy)}", _AGAIN)


def _rule_of(task: str) -> tuple[str, int]:
    if task == "recognition":
        from mebench.scoring.recognition import RULE

        return RULE["name"], RULE["version"]
    return CANONICAL.name, CANONICAL.version


@cache
def _default_policy() -> str:
    from mebench.datasets.ground_truth import Policy

    return str(Policy())


@cache
def _default_choices() -> dict[str, str]:
    from mebench.datasets.ground_truth import Policy

    return Policy().as_dict()


def _faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    task, protocol = document["task"], document["protocol"]
    if fault := rule_fault(task, document["rule"]):
        yield fault
    if protocol is not None and not PROTOCOL.fullmatch(protocol):
        yield Fault(
            f"its protocol {quoted(protocol)} is no plain name (small letters, digits and . _ -, at most 64)",
            "Score the file again with --protocol, e.g. loso",
        )
    if task == "recognition":
        yield from _recognition_faults(document)
    else:
        yield from _spotting_faults(document)


def _spotting_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    policy, counts = document["ground_truth"]["policy"], document["ground_truth"]["counts"]
    if policy != _default_policy():
        yield Fault(
            f"its ground-truth policy is {quoted(policy)}, and entries are ranked under {_default_policy()} only",
            "Score the file again without --gt-policy",
        )
    rows = document["by_subject"]
    kinds = [kind for kind in KINDS if kind in rows[0]]
    missing = [name for name in (*kinds, "videos", "subjects") if name not in counts]
    if missing:
        yield Fault(f"its ground truth has no count of {', '.join(missing)}", _AGAIN)
        return
    videos, subjects = counts["videos"], counts["subjects"]
    if subjects != len(rows):
        yield Fault(f"it lists {len(rows)} subjects, and its ground truth has {subjects}", _AGAIN)
    if videos < subjects or counts.get("videos_with_events", 0) > videos:
        yield Fault(f"its ground truth has {videos} videos, and {_more_than(counts)}, which cannot be", _AGAIN)
    judged = sum(sum(row[kind][:2]) for row in rows for kind in kinds)
    predictions = document["submission"]["predictions"]
    if predictions < judged:
        yield Fault(f"it has {predictions} predictions, and its hits and false alarms are {judged}", _AGAIN)


def _more_than(counts: Mapping[str, int]) -> str:
    if counts["subjects"] > counts["videos"]:
        return f"{counts['subjects']} subjects"
    return f"{counts['videos_with_events']} videos with events"


def _recognition_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    policy, counts = document["ground_truth"]["policy"], document["ground_truth"]["counts"]
    if not _is_recognition_policy(policy, document["protocol"], document["classes"]):
        yield Fault(
            f"its ground-truth policy {quoted(policy)} is not that of its protocol and classes "
            f"({quoted(document['protocol'])}; {quoted(', '.join(document['classes']))})",
            _AGAIN,
        )
    missing = [name for name in ("clips", "subjects", *document["classes"]) if name not in counts]
    if missing:
        yield Fault(f"its ground truth has no count of {quoted(', '.join(missing))[1:-1]}", _AGAIN)
        return
    rows = document["by_subject"]
    if counts["subjects"] != len(rows):
        yield Fault(f"it lists {len(rows)} subjects, and its ground truth has {counts['subjects']}", _AGAIN)
    judged = sum(cell for row in rows for line in row["confusion"] for cell in line)
    predictions = document["submission"]["predictions"]
    if not predictions == judged == counts["clips"]:
        yield Fault(
            f"it has {predictions} predictions and {judged} in its confusions, and its ground truth has "
            f"{counts['clips']} clips",
            _AGAIN,
        )


def _is_recognition_policy(policy: str, protocol: str | None, classes: list[str]) -> bool:
    """Return whether a policy is a protocol that we have, in its version, with one of our lists of classes."""
    from mebench.protocols.classes import SCHEMES
    from mebench.protocols.registry import PROTOCOLS

    found = _RECOGNITION_POLICY.fullmatch(policy)
    if not found or found[1] != protocol or found[3] not in SCHEMES:
        return False
    known = {(one.name, str(one.version)) for one in PROTOCOLS if one.task == "recognition"}
    return (found[1], found[2]) in known and list(SCHEMES[found[3]].classes) == classes
