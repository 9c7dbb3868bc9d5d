"""KTP-el terminals on a serial line: they hold the SAM, authenticate inside, and give us their word."""
