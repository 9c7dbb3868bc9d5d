"""What services stand on: bus, relay, PostgreSQL, web, logs, settings, life cycle."""
