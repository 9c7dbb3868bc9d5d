"""Verification's copy of what the registry decides."""
