"""Methods for spotting and recognition, and what they share. Nothing here is imported on the way to a score."""
