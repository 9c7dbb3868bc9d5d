"""The audit log, a hash chain, and the unit of work that writes every decision into it."""
