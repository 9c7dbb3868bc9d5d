"""Benchmarks, and the peers that they compare with."""
