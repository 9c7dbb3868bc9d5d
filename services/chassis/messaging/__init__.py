"""The broker: connections, consumers, publishers, the relay, dead letters."""
