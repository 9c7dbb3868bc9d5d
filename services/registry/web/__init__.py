"""What all routes share: JSON, CSV, problems, documentation, types of fields."""
