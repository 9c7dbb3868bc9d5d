"""Decisions: how they are stored, by month, and for how long."""
