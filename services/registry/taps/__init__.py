"""Verdicts as they come: consumed, written down, shown live."""
