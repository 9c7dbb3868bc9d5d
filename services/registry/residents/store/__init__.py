"""The tables of residents and of their enrolment."""
