"""How a command that starts parts ends where one of them does not come up: a sentence, and exit code 1."""

import errno
import sys
from collections.abc import Callable

from dev.stack.missing import Missing


def ended(main: Callable[[], int | None]) -> int:
    """Run a command. Returns its exit code, or 1 after a sentence where something is missing."""
    code: int | None = 1
    try:
        code = main()
    except* Missing as missing:
        _say(_first(missing))
    except* OSError as failed:
        failure = _first(failed)
        if not isinstance(failure, OSError) or failure.errno != errno.ENOSPC:
            raise
        _say(f"The disk is full ({failure.filename or 'no file named'}): make room and start again.")
    return code or 0


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _say(what: object) -> None:
    sys.stderr.write(f"{what}\n")
