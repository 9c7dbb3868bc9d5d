"""How what the registry holds lies in PostgreSQL."""
