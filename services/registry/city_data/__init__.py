"""City data."""
