"""The tables of readers, their lives, lots and taps."""
