"""Speed and memory of the scoring engine, beside its peers, on the same data in one run."""
