"""How long the reading of a card takes over the radio, purpose by purpose."""
