"""The 68 points of a face, from a source by name: ``dlib``, ``openface`` or ``file``."""
