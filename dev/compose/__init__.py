"""Ketuk in containers: its secrets, and the test that runs it."""
