"""PostgreSQL, migrations, and the outbox."""
