"""Faults on a TCP link: a small proxy that resets, swallows, slows down and cuts in the middle of a frame."""
