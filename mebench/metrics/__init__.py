"""Pure functions of arrays: intervals, matching, counts, scores. No files, no dataset names, numpy and scipy only."""
