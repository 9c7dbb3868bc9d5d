"""Which versions of Python, RabbitMQ and PostgreSQL Ketuk is tried with; others are refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chassis.runtime.failure_reasons import Unfit

_ANY = 2**31
"""Every minor version."""
_NUMBERS = re.compile(r"(?P<major>\d{1,4})(?:\.(?P<minor>\d{1,4}))?(?!\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Supported:
    """A range of versions; both ends are in it."""

    name: str
    oldest: tuple[int, int]
    newest: tuple[int, int]

    def check(self, version: str) -> None:
        """Accept a version of the range.

        Args:
            version: as the program tells it, such as `4.0.5`.

        Raises:
            Unfit: it is outside of the range, or is no version.
        """
        numbers = _NUMBERS.match(version)
        if numbers is not None:
            found = (int(numbers["major"]), int(numbers["minor"] or 0))
            if self.oldest <= found <= self.newest:
                return
        raise Unfit(f"{self.name} {version} is not supported: Ketuk works with {self}")

    def __str__(self) -> str:
        (major, minor), (last, last_minor) = self.oldest, self.newest
        first = f"{major}.{minor}" if minor else str(major)
        return f"{first} to {last}.{'x' if last_minor == _ANY else last_minor}"


BROKER = Supported(name="RabbitMQ", oldest=(3, 10), newest=(4, _ANY))
DATABASE = Supported(name="PostgreSQL", oldest=(15, 0), newest=(17, _ANY))
PYTHON = Supported(name="Python", oldest=(3, 11), newest=(3, 13))


def said_once(supported: Supported) -> Callable[[str], None]:
    """Make a function that says in the log which version was found, once for each."""
    said: set[str] = set()

    def say(version: str) -> None:
        if version not in said:
            said.add(version)
            structlog.get_logger().info("found", what=supported.name, version=version)

    return say
