"""How soon a gateway has a card in its spool, on a real pcscd with simulated cards."""
