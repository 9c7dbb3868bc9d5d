"""PC/SC by pyscard's low-level interface (its CardMonitor dies silently when pcscd goes away)."""
