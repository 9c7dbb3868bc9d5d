"""The city's files: places, institutions, targets, duties, inventory."""
