"""Healthy cards whose biodata is as long as a message of 4 KB wants: the four unnamed fields are full.

No public source says what those fields hold or how long they are; the contract admits 8 KB of biodata.
"""

from simulator import biodata
from simulator.card import KtpCard
from simulator.files import FileId, with_length
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard
from simulator.portrait import portrait
from simulator.residents import resident
from simulator.signature_file import sign

UNNAMED = (16, 17, 18, 20)
LETTERS = 420
"""In each unnamed field."""
_CONTROL_LENGTH = 51


def full_card(number: int, *, issuer: Issuer) -> SimulatedCard:
    """The card of that number, an active one, with what the purpose `record` reads on it."""
    uid = b"\x04" + number.to_bytes(6, "big")
    person = resident(number, seed=1)
    fields = list(person.fields)
    for place in UNNAMED:
        fields[place] = f"{person.name} {place} ".ljust(LETTERS, "ABCDEFGHIJ"[number % 10])
    control = number.to_bytes(_CONTROL_LENGTH, "big")
    text, photo = with_length(biodata.write(fields)), with_length(portrait(seed=person.nik))
    chip = KtpCard(
        uid=uid,
        files={
            FileId.CONTROL: with_length(control),
            FileId.BIODATA: text,
            FileId.PHOTO: photo,
            FileId.SIGNATURE: sign(issuer.signing_key, biodata_file=text, photo_file=photo),
        },
        keys=issuer.card_keys(uid8=uid.rjust(8, b"\x80"), control=control),
    )
    return SimulatedCard(kind=Kind.HEALTHY, chip=chip, uid=uid, resident=person)
