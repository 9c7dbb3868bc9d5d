"""The words between a conversation with a terminal and whoever carries it out.

A conversation is a generator: it yields a `Request` and is sent the `Answer` to it. What goes wrong on the
way is thrown into it as `Failed`.
"""

from collections.abc import Generator
from typing import TypeVar

from reader_gateway.terminal import parsing as answers
from reader_gateway.terminal.codes import Failed, Identity, States
from reader_gateway.terminal.protocol import Answer, Request, Verb, display

Said = TypeVar("Said")
Conversation = Generator[Request, Answer, Said]

SLACK_SECONDS = 2.0
"""How much later than it was told to the terminal may give up."""
PUT_SECONDS = 1
"""How long the terminal waits for a card before it says that there is none; then it is asked again."""
DEMOG_SECONDS = 15
FINGER_SECONDS = 15
LAY_THE_CARD = "TEMPELKAN KTP-EL"
LAY_THE_FINGER = "TEMPELKAN JARI"


def greet() -> Conversation[Identity]:
    """Open a terminal; one that was left open is reset first. Raises Failed."""
    answers.there((yield Request(verb=Verb.ACK)).payload)
    opened = yield Request(verb=Verb.OPEN)
    try:
        answers.done(opened.payload)
    except Failed:
        answers.done((yield Request(verb=Verb.RESET)).payload)
        answers.done((yield Request(verb=Verb.OPEN)).payload)
    return answers.identity((yield Request(verb=Verb.INFO)).payload)


def poll() -> Conversation[States]:
    """How everything is. Raises Failed."""
    return answers.states((yield Request(verb=Verb.POLL)).payload)


def put() -> Conversation[tuple[bytes, ...]]:
    """Wait for a card; the names of the fingers that it stores. Raises Failed, also where none comes."""
    args = (str(PUT_SECONDS), display(LAY_THE_CARD))
    answer = yield Request(verb=Verb.PUT, args=args, within_seconds=PUT_SECONDS + SLACK_SECONDS)
    return answers.fingers(answer.payload)
