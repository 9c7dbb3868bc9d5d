"""Public keys that are published to verification and gateways."""
