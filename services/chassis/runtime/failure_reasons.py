"""Why something failed, in words for the operator: what `/readyz` and the log say, and nothing personal."""

import ssl
import traceback
from collections.abc import Iterator
from pathlib import Path

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


def shown(failure: BaseException) -> str:
    """What failed and where, without what it says: that may quote the personal data it failed over."""
    return " from ".join(_shown(cause) for cause in _causes(failure))


def places(failure: BaseException) -> list[str]:
    """The places that a failure passed, `file:line` each, innermost last; nothing of what it says."""
    frames = traceback.extract_tb(failure.__traceback__)
    return [f"{Path(each.filename).name}:{each.lineno}" for each in frames]


def _shown(failure: BaseException) -> str:
    where = " < ".join(reversed(places(failure)))
    what = f"{type(failure).__name__} at {where or 'no place'}"
    if isinstance(failure, BaseExceptionGroup):
        return f"{what} of [{', '.join(shown(each) for each in failure.exceptions)}]"
    return what


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure, and what it came from; each once, for some come from each other in a circle."""
    seen: list[BaseException] = []
    cause: BaseException | None = failure
    while cause is not None and cause not in seen:
        yield cause
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
