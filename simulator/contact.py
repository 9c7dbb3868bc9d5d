"""What passes between a reader and the chip in its slot: frames in, answers out, sans-I/O."""

from simulator.chip import Chip

POWER_OFF, POWER_ON, RESET, ASK_ATR = b"\x00", b"\x01", b"\x02", b"\x04"

_ASKED_BEFORE_POWER = 2
"""How often pcscd asks for the ATR of a chip that it is about to give power."""


class Contact:
    """One stay of a chip in a slot.

    Args:
        chip: What is in the slot.
        leaves_after: It is pulled out, in the middle of the next, after it answered so many commands.
        silent_after: It stays, and never answers again, after so many.
    """

    def __init__(
        self, chip: Chip, *, leaves_after: int | None = None, silent_after: int | None = None
    ) -> None:
        self._chip = chip
        self._leaves_after = leaves_after
        self._silent_after = silent_after
        self._asked = 0
        self._is_powered = False
        self._commands_since_power = 0
        self.commands = 0
        self.was_noticed = False
        self.was_read = False
        self.was_pulled_out = False
        self.owes_an_answer = False
        """It left, or fell silent, in the middle of a command."""

    def receive(self, frame: bytes) -> bytes | None:
        """Takes one frame of vpcd's protocol; returns what to send back, None for nothing.

        The chip counts as noticed when it has said its ATR under power: pcscd asks for it before that as
        well, to see whether the slot is empty, and takes for mute what goes in between. Where it goes on
        asking and gives no power, it takes the chip for the one before. It counts as read when the power
        goes after commands. A reset between the two means that the reading was cut short: pcscd resets a
        card whose transaction is left open by a program that dies.
        """
        if frame == ASK_ATR:
            self._asked += 1
            self.was_noticed = self.was_noticed or self._is_powered or self._asked > _ASKED_BEFORE_POWER
            return self._chip.atr
        if frame in {POWER_OFF, POWER_ON, RESET}:
            self._change_power(frame)
            return None
        return self._answer(frame)

    def _change_power(self, frame: bytes) -> None:
        self._is_powered = frame != POWER_OFF
        self.was_read = self.was_read or (frame == POWER_OFF and self._commands_since_power > 0)
        self._commands_since_power = 0
        self._chip.reset()

    def _answer(self, command: bytes) -> bytes | None:
        if self._leaves_after is not None and self.commands >= self._leaves_after:
            self.was_pulled_out = self.owes_an_answer = True
            return None
        if self._silent_after is not None and self.commands >= self._silent_after:
            self.owes_an_answer = True
            return None
        self.commands += 1
        self._commands_since_power += 1
        self.was_read = False
        return self._chip.respond(command)
