"""Why a command is not carried out; `str()` says it in words for who asked."""


class Unknown(Exception):
    """What the command is about is not in the registry."""


class NotPossible(Exception):
    """The state of things does not allow it."""


class Unfit(Exception):
    """What was sent is well-formed, and yet it cannot be so."""


class Changed(Exception):
    """It is no longer as the actor saw it."""


class NotSignedIn(Exception):
    """Name and password do not fit."""


class NotAllowed(Exception):
    """The actor's role does not allow it."""


class TooOften(Exception):
    """It may be tried again in `seconds`."""

    def __init__(self, detail: str, *, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds


class DoneBefore(Exception):
    """What this idempotency key stands for has been carried out, or is just being."""
