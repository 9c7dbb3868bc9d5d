"""Why a command is not carried out; `str()` says it in words for who asked.

The words stand in the audit log too, so they hold nothing personal.
"""


class Refusal(Exception):
    """Any of these."""


class Unknown(Refusal):
    """What the command is about is not in the registry."""


class NotPossible(Refusal):
    """The state of things does not allow it."""


class Unfit(Refusal):
    """What was sent is well-formed, and yet it cannot be so."""


class Changed(Refusal):
    """It is no longer as the actor saw it."""


class NotSignedIn(Refusal):
    """Name and password do not fit."""


class NotAllowed(Refusal):
    """The actor's role does not allow it."""


class TooOften(Refusal):
    """It may be tried again in `seconds`."""

    def __init__(self, detail: str, *, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds


class DoneBefore(Refusal):
    """What this idempotency key stands for has been carried out, or is just being."""
