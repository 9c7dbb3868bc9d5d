"""A package, for those below it that are packages are imported by its name."""
