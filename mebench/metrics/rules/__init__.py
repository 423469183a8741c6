"""The rules by which intervals are scored, by name: the canonical one, and those that others have used.

A new rule is one function from :class:`Case` to :class:`Outcome` with its :class:`Rule` beside it, one line below, and
one line in the table of ``tests/metrics/test_rules.py``; ``docs/rules.md`` is written from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from mebench.metrics.rules.base import Case, Outcome, Rule, RuleCannotScore, precision
from mebench.metrics.rules.by_event import ABPN, LGSNET, LSSNET, MDMD2020
from mebench.metrics.rules.by_pair import HP1023, MTSN, TSMSNET
from mebench.metrics.rules.canonical import JOINT, MEGC
from mebench.metrics.rules.explain import KINDS, Reason, explain, in_words
from mebench.metrics.rules.greedy import KDDI, SHENGJIANDA, SL_SWIN, SOFTNET, STRS_OFFICIAL, ZHANG_MACRO
from mebench.metrics.rules.merging import LTP2019, LTP2019_ME

_ALL = (
    MEGC,
    JOINT,
    LTP2019,
    LTP2019_ME,
    MDMD2020,
    HP1023,
    KDDI,
    TSMSNET,
    ZHANG_MACRO,
    LSSNET,
    SOFTNET,
    SL_SWIN,
    MTSN,
    ABPN,
    SHENGJIANDA,
    LGSNET,
    STRS_OFFICIAL,
)

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
"""All rules by name; the first is the canonical one."""

CANONICAL = MEGC

__all__ = [
    "CANONICAL",
    "KINDS",
    "RULES",
    "Case",
    "Outcome",
    "Reason",
    "Rule",
    "RuleCannotScore",
    "explain",
    "in_words",
    "precision",
]
