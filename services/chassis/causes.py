"""Why a dependency is away, in words for the operator: what `/readyz` and the log say."""

import ssl
from collections.abc import Iterator

import asyncpg
from aiormq.exceptions import ChannelAccessRefused, ProbableAuthenticationError


class Unfit(ConnectionError):
    """What answers is not what this service can work with; `str()` says what it is and what to do."""


def words(failure: BaseException) -> str:
    """Why, in words where the operator can do something about it, else the failure's name."""
    for cause in _causes(failure):
        match cause:
            case Unfit():
                return str(cause)
            case ssl.SSLCertVerificationError():
                return f"its certificate is refused: {cause.verify_message}"
            case ssl.SSLError():
                return f"TLS fails: {cause.reason}"
            case asyncpg.InvalidAuthorizationSpecificationError() | ProbableAuthenticationError():
                return "it refuses our name or password"
            case ChannelAccessRefused():
                return "it refuses our account this right"
            case _:
                continue
    return type(failure).__name__


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure, and what it came from; each once, for some come from each other in a circle."""
    seen: list[BaseException] = []
    cause: BaseException | None = failure
    while cause is not None and cause not in seen:
        yield cause
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
