"""Subscribers that an integrator can copy."""
