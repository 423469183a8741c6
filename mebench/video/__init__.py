"""From files to images of faces: frames, numbering, landmarks, alignment, crops, and the feature cache."""
