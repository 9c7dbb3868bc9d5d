"""What the registry takes for a whole city: importing its residents, and the report on their enrolment."""
