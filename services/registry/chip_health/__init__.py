"""What taps say of chips, by month, and how readers compare."""
