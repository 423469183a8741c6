"""One JSON document a score, with everything needed to check it next year; and its renderings."""
