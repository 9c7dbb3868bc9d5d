"""Residents, imported from the city, and their enrolment."""
