"""Submission + dataset + rule -> report: the only place where these meet."""

from mebench.scoring.spotting import score, score_all_rules

__all__ = ["score", "score_all_rules"]
