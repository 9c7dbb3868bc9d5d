"""The purposes of taps and the rules of each."""
