import pamqp.frame
import pytest
from pamqp import commands
from pamqp.body import ContentBody
from pamqp.heartbeat import Heartbeat

from dev.faults.frames import GREETING, Frames, inside

FRAMES = [
    b"AMQP\x00\x00\x09\x01",
    pamqp.frame.marshal(commands.Basic.Publish(exchange="ketuk.events", routing_key="a"), 1),
    pamqp.frame.marshal(ContentBody(b"x" * 5000), 1),
    pamqp.frame.marshal(Heartbeat(), 0),
]
STREAM = b"".join(FRAMES)
ENDS = [sum(map(len, FRAMES[: number + 1])) for number in range(len(FRAMES))]


@pytest.mark.parametrize("piece", [1, 3, 7, 8, 1000, len(STREAM)])
def test_the_ends_of_frames_are_found_however_the_stream_is_cut_up(piece: int) -> None:
    frames = Frames(greeting=GREETING)
    found = [
        begin + end
        for begin in range(0, len(STREAM), piece)
        for end in frames.ends(STREAM[begin : begin + piece])
    ]
    assert found == ENDS


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999, 1.0])
def test_a_place_inside_a_frame_is_never_at_its_end(share: float) -> None:
    place = inside(STREAM, ENDS, share=share)
    assert place is not None
    assert place not in [0, *ENDS]


def test_a_place_at_the_end_of_a_frame_is_moved_into_the_next_one() -> None:
    data = b"".join(FRAMES[:2])
    assert inside(data, [8, len(data)], share=8 / len(data)) == 9


def test_a_single_byte_has_no_place_inside() -> None:
    assert inside(b"x", [], share=0.5) is None
