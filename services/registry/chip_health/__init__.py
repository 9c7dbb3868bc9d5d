"""Chip health."""
