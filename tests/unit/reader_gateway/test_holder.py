"""Four fingers that do not match, and no fifth is asked for."""

from collections.abc import Iterable, Sequence

import pytest

from ketuk_events.evidence import Finding
from reader_gateway.ports.fingerprint_match import MatcherAway, Touch, Tries, match_holder

MISS, POOR = Touch.NO_MATCH, Touch.POOR


class Scripted:
    """A matcher that finds what was written down for it; where nothing is left it is away."""

    def __init__(self, touches: Iterable[Touch]) -> None:
        self._touches = list(touches)
        self.asked = 0

    async def touch(self, fingers: Sequence[bytes]) -> Touch:
        assert fingers == [b"first", b"second"]
        self.asked += 1
        if not self._touches:
            raise MatcherAway
        return self._touches.pop(0)


async def matched(*touches: Touch) -> tuple[Finding, int, int, list[Touch]]:
    """What touches come to, how many were asked for, how many count as failed, and what the officer heard."""
    matcher, tries, heard = Scripted(touches), Tries(), list[Touch]()
    finding = await match_holder([b"first", b"second"], matcher=matcher, tries=tries, again=heard.append)
    return finding, matcher.asked, tries.failed, heard


async def test_after_four_fingers_that_do_not_match_no_fifth_is_asked_for() -> None:
    finding, asked, failed, heard = await matched(MISS, MISS, MISS, MISS, Touch.MATCH)
    assert finding == Finding(result="failed", code="tries-used-up")
    assert (asked, failed, heard) == (4, 4, [MISS, MISS, MISS])


async def test_the_fourth_finger_still_counts() -> None:
    finding, asked, failed, _ = await matched(MISS, MISS, MISS, Touch.MATCH)
    assert (finding, asked, failed) == (Finding(result="passed", code="ok"), 4, 3)


async def test_a_touch_too_poor_to_compare_is_no_try_and_after_four_the_device_is_to_be_looked_at() -> None:
    finding, asked, failed, heard = await matched(POOR, POOR, POOR, POOR, Touch.MATCH)
    assert (finding, asked, failed) == (Finding(result="not-done", code="poor-quality"), 4, 0)
    assert heard == [POOR] * 3
    finding, asked, failed, _ = await matched(MISS, POOR, MISS, POOR, MISS, POOR, MISS, Touch.MATCH)
    assert (finding.code, asked, failed) == ("tries-used-up", 7, 4)


@pytest.mark.parametrize(
    ("touches", "result", "code"),
    [
        ([Touch.MATCH], "passed", "ok"),
        ([Touch.TERMINAL_SAYS], "passed", "terminal-says"),
        ([Touch.FAKE], "failed", "fake-finger"),
        ([MISS, Touch.FAKE], "failed", "fake-finger"),
        ([Touch.ABSENT], "not-done", "no-finger"),
        ([POOR, Touch.ABSENT], "not-done", "poor-quality"),
        ([MISS, Touch.ABSENT], "failed", "no-match"),
        ([MISS, POOR, POOR, POOR, POOR], "failed", "no-match"),
        ([], "not-done", "no-matcher"),
        ([POOR], "not-done", "no-matcher"),
        ([MISS], "failed", "no-match"),
    ],
)
async def test_touches_come_to_one_finding(touches: list[Touch], result: str, code: str) -> None:
    finding, asked, _, _ = await matched(*touches)
    assert finding == Finding(result=result, code=code)
    # one more than were written down where the matcher went away
    assert asked <= len(touches) + 1
