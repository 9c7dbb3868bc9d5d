"""Cards: their status, their holders, their history."""
