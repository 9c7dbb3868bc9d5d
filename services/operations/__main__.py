"""`python -m operations`, or `ketuk`: commands for operators."""

from operations.main import ketuk

if __name__ == "__main__":
    ketuk()
