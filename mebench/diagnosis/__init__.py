"""Beside the score: what went wrong, and how the score depends on the thresholds."""
