"""Scores on the tissue, where cells or spots have coordinates."""
