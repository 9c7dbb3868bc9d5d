"""Alarms that verification raises, and who has looked into them."""
