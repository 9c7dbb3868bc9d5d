"""A package, so that the city ends with the last test in it rather than with the whole run."""
