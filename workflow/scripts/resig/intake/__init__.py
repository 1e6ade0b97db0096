"""Data in: labels, matrices, units; what was found and what was done is written down."""
