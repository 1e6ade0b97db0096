"""One reader for each format of alterations, and a registry."""
