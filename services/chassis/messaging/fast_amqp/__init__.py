"""Frames read and written past aiormq, for speed and safety (decisions 0009, 0015, 0016)."""
