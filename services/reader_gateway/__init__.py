"""The reader gateway: turns taps on card readers into messages."""
