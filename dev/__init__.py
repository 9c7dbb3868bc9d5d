"""The private stack, the demo and its ledger."""
