"""How far the city has come: targets, duties, compliance, forecast."""
