"""What the civil-registry office can do: one command a file, each one transaction."""
