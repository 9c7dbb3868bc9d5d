"""What an institution may know (agreements, PKS) and what it was told: signed events, chained and relayed."""
