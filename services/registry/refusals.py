"""Why a command is not carried out; `str()` says it in words for who asked."""


class Unknown(Exception):
    """What the command is about is not in the registry."""


class NotPossible(Exception):
    """The state of things does not allow it."""


class Unfit(Exception):
    """What was sent is well-formed, and yet it cannot be so."""
