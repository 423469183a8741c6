"""Methods that name the emotion of a clip: one file a method."""
