"""The tables of targets and duties, and the city as of a day."""
