"""The SAM's check of a card's digital signature, fed bit by bit while the card is read."""

from cryptography.hazmat.primitives.asymmetric import ec

from simulator.files import LENGTH_BYTES, with_length
from simulator.signature_file import holds
from simulator.status_words import OUT_OF_ORDER, RefusedError


class SignatureCheck:
    """One check, from its start to its verdict."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self._signature_file = b""
        self._photo = b""
        self._biodata: dict[int, bytes] = {}

    def give_signature(self, file: bytes) -> None:
        """Takes EF 6FF6."""
        self._signature_file = file

    def give_photo(self, chunk: bytes) -> None:
        """Takes the next chunk of the photo, with or without the length bytes in front of the first."""
        self._photo += chunk

    def see_biodata(self, offset: int, part: bytes) -> None:
        """Takes a part of EF 6FF1 as it comes by."""
        self._biodata[offset] = part

    def holds(self) -> bool:
        """Tells whether the signature covers what was given and seen.

        Raises:
            RefusedError: Not all of it was given and seen yet.
        """
        biodata_file = b"".join(part for _, part in sorted(self._biodata.items()))
        if not (self._signature_file and self._photo and biodata_file == _whole(biodata_file)):
            raise RefusedError(OUT_OF_ORDER)
        photo_file = self._photo if self._photo == _whole(self._photo) else with_length(self._photo)
        return holds(self._key, self._signature_file, biodata_file=biodata_file, photo_file=photo_file)


def _whole(file: bytes) -> bytes | None:
    length = LENGTH_BYTES + int.from_bytes(file[:LENGTH_BYTES], "big")
    return file[:length] if len(file) >= length > LENGTH_BYTES else None
