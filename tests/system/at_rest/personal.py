"""What of people and cards went through a run, and the forms in which it could lie somewhere."""

from base64 import b64encode
from collections.abc import Iterable, Mapping

from simulator.fingerprints import LEFT_INDEX, RIGHT_INDEX, template
from simulator.kinds import SimulatedCard
from simulator.portrait import portrait

_WINDOW = 24
"""Bytes of a photo or a template that are looked for, at several places of it."""


def of(cards: Iterable[SimulatedCard]) -> dict[str, bytes]:
    """By what it is and whose: NIK, name, UID, and pieces of photo and fingerprint templates."""
    found: dict[str, bytes] = {}
    for number, card in enumerate(cards):
        person = card.resident
        found |= {
            f"nik {number}": person.nik.encode(),
            f"name {number}": person.name.encode(),
            f"uid {number}": card.uid,
        }
        images = {
            "photo": portrait(seed=person.nik),
            "right finger": template(seed=person.nik, position=RIGHT_INDEX),
            "left finger": template(seed=person.nik, position=LEFT_INDEX),
        }
        for name, image in images.items():
            for part in (1, 2, 3):
                at = len(image) * part // 4
                found[f"{name} {number} from {at}"] = image[at : at + _WINDOW]
    return found


def in_all_forms(personal: Mapping[str, bytes]) -> dict[bytes, str]:
    """Each as it is, in hexadecimal, in base64 at each of its three places, in UTF-16."""
    forms: dict[bytes, str] = {}
    for what, word in personal.items():
        spelled = {
            "as it is": word,
            "hexadecimal": word.hex().encode(),
            "HEXADECIMAL": word.hex().upper().encode(),
            "UTF-16-LE": word.decode("latin-1").encode("utf-16-le"),
            "UTF-16-BE": word.decode("latin-1").encode("utf-16-be"),
            **{f"base64 from {at}": _base64(word, at) for at in range(3)},
            **{f"base64url from {at}": _base64(word, at).translate(_URL) for at in range(3)},
        }
        forms |= {form: f"{what}, {how}" for how, form in spelled.items()}
    return forms


_URL = bytes.maketrans(b"+/", b"-_")


def _base64(word: bytes, at: int) -> bytes:
    """What is certain in the base64 of a text in which the word begins at such a place, modulo three."""
    whole = b64encode(bytes(at) + word)
    first = -(-8 * at // 6)
    return whole[first : 8 * (at + len(word)) // 6]
