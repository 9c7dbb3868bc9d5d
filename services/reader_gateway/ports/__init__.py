"""What a desk asks of a card reader and of a fingerprint matcher, whatever they are."""
