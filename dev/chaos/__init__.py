"""Under fire: thousands of taps while processes, broker, database and links fail, and a ledger afterwards."""
