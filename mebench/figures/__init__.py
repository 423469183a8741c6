"""Figures for papers: drawn by matplotlib, except the critical-difference diagram, which needs nothing."""
