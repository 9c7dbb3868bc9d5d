"""Keyed hashes in place of NIK and UID."""
