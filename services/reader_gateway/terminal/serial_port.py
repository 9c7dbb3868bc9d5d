"""Serial ports, and one line that is open: it sends requests and waits for answers, in its own thread."""

import termios
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from glob import glob
from types import TracebackType
from typing import Self

import serial
from serial.tools import list_ports

from reader_gateway.terminal.codes import Code, Failed
from reader_gateway.terminal.dialogue import Conversation, Said
from reader_gateway.terminal.protocol import BAUD, Answer, Decoder, Request

_SLICE_SECONDS = 0.1
_SEND_SECONDS = 2.0


class Line:
    """A port that this process has to itself."""

    def __init__(self, device: str, *, stopped: Callable[[], bool] = lambda: False) -> None:
        """Open it. `stopped`: whether to wait for no answer any more. Raises Failed."""
        self._stopped = stopped
        self.trouble: Code | None = None
        """Why it is of no use any more."""
        try:
            self._port = serial.Serial(
                device, BAUD, timeout=_SLICE_SECONDS, write_timeout=_SEND_SECONDS, exclusive=True
            )
        except (OSError, ValueError, termios.error):
            raise Failed(Code.OPEN_FAILED) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._port.close()

    def carry_out(self, conversation: Conversation[Said]) -> Said:
        """Run a conversation to its end. Raises what it raises."""
        answer: Answer | Failed
        try:
            # there may be nothing to ask
            request = next(conversation)
            while True:
                try:
                    answer = self._ask(request)
                except Failed as failed:
                    answer = failed
                request = (
                    conversation.throw(answer) if isinstance(answer, Failed) else conversation.send(answer)
                )
        except StopIteration as end:
            said: Said = end.value
            return said

    def send(self, request: Request) -> None:
        """Send, and wait for no answer. Raises Failed."""
        try:
            # what comes late for an earlier request must not be taken for the answer to this one
            self._port.reset_input_buffer()
            self._port.write(request.encode())
        except serial.SerialTimeoutException:
            raise Failed(Code.SEND_TIMEOUT) from None
        except (OSError, termios.error):
            raise Failed(Code.SEND_FAILED) from None

    def _ask(self, request: Request) -> Answer:
        if self.trouble is not None:
            raise Failed(self.trouble)
        try:
            self.send(request)
            return self._answered(request)
        except Failed as failed:
            self.trouble = failed.code
            raise

    def _answered(self, request: Request) -> Answer:
        decoder = Decoder()
        deadline = time.monotonic() + request.within_seconds
        while time.monotonic() < deadline and not self._stopped():
            try:
                arrived = self._port.read(max(1, self._port.in_waiting))
            except (OSError, termios.error):
                raise Failed(Code.NO_DEVICE) from None
            for answer in decoder.feed(arrived):
                if answer.verb is request.verb:
                    return answer
        raise Failed(Code.RECEIVE_TIMEOUT)


def ports_like(pattern: str) -> tuple[str, ...]:
    """The ports of a pattern (`*` and `?`), by name: a path such as `/dev/serial/by-id/*`."""
    named = {port.device for port in list_ports.comports() if fnmatchcase(port.device, pattern)}
    return tuple(sorted(named.union(glob(pattern))))  # noqa: PTH207  a pattern may begin at the root
