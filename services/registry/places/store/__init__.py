"""The tables of places, institutions and responsibilities."""
