"""For how long tests wait for what must come about."""

BOUND_SECONDS = 240.0
"""A bound that only a hang reaches, on however busy a machine; below pytest's own of a test."""
