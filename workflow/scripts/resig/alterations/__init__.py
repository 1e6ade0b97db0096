"""Mutations, copy number, fusions and methylation: the mechanisms that expression cannot show."""
