"""A package, so that the house ends with the last test in it rather than with the whole run."""
