"""Features: pure functions from arrays of pixels, flows or landmarks to arrays of numbers.

Conventions. Images are ``(height, width)`` or ``(height, width, 3)`` in RGB; a clip is ``(frames, height, width)``.
A flow is ``(height, width, 2)``, ``[..., 0]`` to the right and ``[..., 1]`` down, in pixels, from the first image to
the second. Points are ``(x, y)``. Wrong shapes, dtypes and non-finite numbers raise :class:`ValueError`: a feature is
either right or not there. A histogram of nothing is all zeros. Random numbers are used nowhere.
"""
