"""A tiny terminal, written from the public order of commands: it shares nothing with the gateway."""

from dataclasses import dataclass

from simulator.chip import Chip

OK = b"\x90\x00"
BLOCK = 0xD0


class Refused(Exception):
    """A status word other than 9000."""

    def __init__(self, step: str, status: bytes) -> None:
        super().__init__(f"{step}: {status.hex()}")
        self.step = step
        self.status = status


@dataclass(frozen=True)
class Secrets:
    pcid: bytes
    conf: bytes

    def opening(self) -> bytes:
        return bytes(a ^ b for a, b in zip(self.pcid + self.pcid, self.conf, strict=True))


def send(chip: Chip, command: str, data: bytes = b"", tail: str = "") -> bytes:
    """Returns the answer's data; `command` is the header in hex, data goes behind its length."""
    length = bytes((len(data),)) if data else b""
    answer = chip.respond(bytes.fromhex(command) + length + data + bytes.fromhex(tail))
    if answer[-2:] != OK:
        raise Refused(command, answer[-2:])
    return answer[:-2]


def read_plain(card: Chip, file: str, chunk: int = 112) -> bytes:
    """Returns a plain file without its length bytes."""
    send(card, "00A40000", bytes.fromhex(file))
    length = int.from_bytes(send(card, "00B00000", tail="08")[:2], "big")
    content = b""
    while len(content) < length:
        wanted = min(chunk, length - len(content))
        content += send(card, f"00B0{2 + len(content):04X}", tail=f"{wanted:02X}")
    return content


def uid8(card: Chip) -> bytes:
    """Returns the UID as a SAM wants it; a reader gives that of a type A card only."""
    short = send(card, "FFCA0000", tail="00")
    if len(short) == 7:
        return b"\x80" + short
    try:
        return send(card, "00DD0000", tail="08")
    except Refused:
        return send(card, "00DF0000", tail="00")


def authenticate(card: Chip, sam: Chip, secrets: Secrets) -> None:
    send(sam, "00F00000", secrets.opening())
    send(sam, "00FF0000", tail="00")
    uid = uid8(card)
    send(card, "00A40000", bytes.fromhex("7F0A"))
    send(card, "00A40000", bytes.fromhex("6FF0"))
    length = send(card, "00B00000", tail="02")[1]
    control = send(card, "00B00002", tail=f"{length:02X}")
    challenge = send(card, "00840000", tail="08")
    token = send(sam, "00F10001" if length == 51 else "00F10000", control + uid + challenge)
    send(sam, "00F20000", send(card, "00820000", token))


def protected(card: Chip, sam: Chip, plain: bytes) -> bytes:
    """Returns what the card says to a plain command under secure messaging."""
    wrapped = send(sam, "00F30000", plain)
    unwrapped = send(sam, "00F40000", card.respond(wrapped))
    if unwrapped[-2:] != OK:
        raise Refused(f"protected {plain.hex()}", unwrapped[-2:])
    return unwrapped[:-2]


def read_protected(card: Chip, sam: Chip, file: str, block: int = BLOCK) -> bytes:
    """Returns a protected file with its length bytes, as the SAM hands it out."""
    protected(card, sam, bytes.fromhex("00A4000002" + file))
    content = protected(card, sam, bytes.fromhex(f"00B00000{8:02X}"))
    total = 2 + int.from_bytes(content[:2], "big")
    while len(content) < total:
        wanted = min(block, total - len(content))
        content += protected(card, sam, bytes.fromhex(f"00B0{len(content):04X}{wanted:02X}"))
    return content


def check_signature(card: Chip, sam: Chip) -> str:
    """Returns the biodata; raises Refused where the signature does not hold."""
    photo = read_plain(card, "6FF2")
    send(sam, "00FA0000", tail="00")
    biodata = read_protected(card, sam, "6FF1")
    protected(card, sam, bytes.fromhex("00A40000026FF6"))
    send(sam, "00FA0600", protected(card, sam, bytes.fromhex("00B0000050")))
    for start in range(0, len(photo), 200):
        send(sam, "00FA0300", photo[start : start + 200])
    send(sam, "00FA0400", tail="00")
    return biodata[2:].decode()
