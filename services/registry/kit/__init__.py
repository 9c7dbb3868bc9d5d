"""What every folder of the registry stands on: errors, local dates, date ranges, CSV files, hash chains."""
