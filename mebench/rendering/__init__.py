"""Synthetic faces that move by facial action units, for the twins of the licensed datasets."""
