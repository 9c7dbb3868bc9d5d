"""Alembic's environment: runs within the connection that `chassis.storage.migrations` opened."""

from chassis.storage.migrations import run_in_environment

run_in_environment()
