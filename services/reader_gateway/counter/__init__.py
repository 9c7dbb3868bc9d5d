"""The counter page: what the officer sees, and the two things the officer can do."""
