"""Seals, signatures, keys and proofs."""
