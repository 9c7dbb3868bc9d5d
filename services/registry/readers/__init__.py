"""Readers: procurement, life cycle, heartbeats, silence."""
