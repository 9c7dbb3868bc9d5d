"""Migrations of the database of the registry."""
