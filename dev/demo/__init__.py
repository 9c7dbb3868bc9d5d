"""The demo: the whole of Ketuk on this machine, with simulated cards and an independent ledger."""
