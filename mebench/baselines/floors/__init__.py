"""Floors and ceilings: what a score is worth is seen beside them. They need neither frames nor torch."""
