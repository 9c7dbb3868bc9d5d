"""The queries of a citizen's data and of what is past its time."""
