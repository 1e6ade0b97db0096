"""Readers, one file a format: each ends in a CSR .h5ad, or in a link to data that can be streamed as they are."""
