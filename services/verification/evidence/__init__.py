"""Evidence: opened, authenticated, and its signature checked."""
