"""What a country of counters needs, computed from what one tap costs here."""
