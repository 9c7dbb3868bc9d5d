"""The tables of findings, sums and comparisons."""
