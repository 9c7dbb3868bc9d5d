"""The page on which the city is seen: readers, enrolment, compliance, chips, and taps as they come."""
