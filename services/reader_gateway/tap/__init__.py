"""A tap and what is noted of its chip."""
