"""The topology job: declares every account, exchange, queue and policy before any service starts."""
