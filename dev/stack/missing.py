"""What cannot be had, in a sentence that says what to do."""


class Missing(Exception):
    """Something that the stack needs is not there; `str()` is one sentence for the person at the keyboard."""
