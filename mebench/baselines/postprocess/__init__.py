"""From evidence to intervals: the steps that spotting methods share. Pure functions of arrays, numpy and scipy only.

Nearly every published gain in spotting is a constant of this room, so it is kept apart from the evidence and each step
is a function with its own name:

- ``half_length``: k, half the mean length of the expressions of a type;
- ``peaks``: contrast with the frames around, thresholds relative to a video, peaks with a distance between them;
- ``makers``: from peaks, or from frames above a threshold, to intervals;
- ``suppression`` and ``merging``: of intervals that overlap, the best, or their union, or their average;
- ``frames``: from positions in a track to native frame numbers;
- ``tables``: from intervals to the table of predictions;
- ``tuning``: the threshold that is best on training evidence.

Positions count from 0 along a track, frames are native numbers; an interval ``[onset, offset]`` holds both its ends.
"""
