"""A dead letter as an operator sees it, whoever wrote it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from aio_pika.abc import AbstractIncomingMessage

from operations import shown
from operations.dead_letter import NotAgain, letter_of, sent_again

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BURIED = {
    "ketuk-reason": "unknown type of message",
    "ketuk-queue": "verification.projection",
    "ketuk-routing-key": "key.published.v1.3372.verification",
    "ketuk-died": "2026-11-24T05:00:00.000Z",
}


def message(headers: dict[str, object], *, user: str | None = "verification") -> AbstractIncomingMessage:
    return cast(
        "AbstractIncomingMessage",
        SimpleNamespace(
            headers=headers,
            user_id=user,
            message_id="0190f5c2",
            routing_key="verification.projection",
            content_type="application/json",
            body=b"{}",
        ),
    )


@pytest.mark.parametrize(
    "letter",
    [message({**BURIED, "ketuk-user": None}), message(dict(BURIED)), message({}, user=None)],
    ids=["its sender did not say", "nothing is said", "the broker buried it"],
)
def test_one_of_an_unknown_sender_is_replayed_in_nobodys_name(letter: AbstractIncomingMessage) -> None:
    assert letter_of(letter).user == ""
    with pytest.raises(NotAgain, match="who sent it"):
        sent_again(letter, now=NOW)


def test_one_that_was_cut_is_not_replayed_and_says_how_long_it_was() -> None:
    letter = message({**BURIED, "ketuk-user": "3372.x", "ketuk-body-bytes": "288000"})
    assert letter_of(letter).size == 288_000
    with pytest.raises(NotAgain, match="beginning"):
        sent_again(letter, now=NOW)


def test_nobody_says_of_its_own_message_that_it_was_cut() -> None:
    letter = message({**BURIED, "ketuk-body-bytes": "288000"}, user="3372.x")
    assert not letter_of(letter).is_cut
    assert sent_again(letter, now=NOW).user_id == "3372.x"


def test_one_whose_sender_is_known_is_replayed_in_its_name() -> None:
    assert sent_again(message({**BURIED, "ketuk-user": "3372.x"}), now=NOW).user_id == "3372.x"


@pytest.mark.parametrize(
    "hostile", ["[/b]", "[red]x", "\x1b[2J\x1b]0;owned\x07", "a\nb", "\u009b31m", "\u202e"]
)
def test_a_list_shows_a_strangers_words_and_obeys_none(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = letter_of(message({**BURIED, "ketuk-reason": f"<{hostile}>", "cloudEvents_type": hostile}))
    shown.letters([letter], json=False)
    shown.note(hostile)
    said = capsys.readouterr()
    shown_as = "".join(each if each.isprintable() else "\ufffd" for each in hostile)
    assert f"<{shown_as}>" in said.out
    assert shown_as in said.err
    for told in (said.out, said.err):
        assert all(each.isprintable() for each in told.replace("\n", ""))
