"""`ketuk`: what operators do from the command line."""
