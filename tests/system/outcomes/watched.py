"""A chip that something happens to when it is asked something."""

from collections.abc import Callable

from simulator.chip import Chip


class Watched:
    """The chip itself; before it answers a command with that instruction, `happens` is called, once."""

    def __init__(self, chip: Chip, instruction: int, happens: Callable[[], None]) -> None:
        self._chip = chip
        self._instruction = instruction
        self._happens: Callable[[], None] | None = happens

    @property
    def atr(self) -> bytes:
        """The chip's."""
        return self._chip.atr

    def reset(self) -> None:
        """The chip's."""
        self._chip.reset()

    def respond(self, command: bytes) -> bytes:
        """The chip's answer, after what happens."""
        if self._happens is not None and command[1] == self._instruction:
            happens, self._happens = self._happens, None
            happens()
        return self._chip.respond(command)
