"""Verification: judges the evidence of each tap."""
