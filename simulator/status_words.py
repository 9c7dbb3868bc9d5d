"""The two bytes that end every answer of a card or a SAM (ISO/IEC 7816-4), and how to refuse with them."""

SUCCESS = bytes.fromhex("9000")
MAY_BE_CORRUPTED = bytes.fromhex("6281")
END_OF_FILE = bytes.fromhex("6282")
VERIFICATION_FAILED = bytes.fromhex("6300")
WRONG_LENGTH = bytes.fromhex("6700")
NOT_SUPPORTED_BY_THE_CARD = bytes.fromhex("6800")
NOT_SECURED = bytes.fromhex("6982")
BLOCKED = bytes.fromhex("6983")
OUT_OF_ORDER = bytes.fromhex("6985")
NO_CURRENT_FILE = bytes.fromhex("6986")
WRONG_PROTECTION = bytes.fromhex("6988")
WRONG_DATA = bytes.fromhex("6A80")
FILE_NOT_FOUND = bytes.fromhex("6A82")
WRONG_PARAMETERS = bytes.fromhex("6A86")
WRONG_OFFSET = bytes.fromhex("6B00")
UNKNOWN_INSTRUCTION = bytes.fromhex("6D00")
UNKNOWN_CLASS = bytes.fromhex("6E00")

# Public clients know this word from a failing signature check, and one takes it for success.
SIGNATURE_INVALID = bytes.fromhex("0010")


class RefusedError(Exception):
    """The command was refused; `status` is the whole answer."""

    def __init__(self, status: bytes) -> None:
        super().__init__(status.hex())
        self.status = status
