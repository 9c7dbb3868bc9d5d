"""Another programme at the counter: has the card in a slot to itself until its standard input ends.

A process of its own, because libpcsclite looks for its daemon only once.
"""

import sys

from smartcard import scard


def main() -> None:
    """Take the card in the slot that is named, say so, and keep it."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    result, _, _ = scard.SCardConnect(
        context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    )
    assert result == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(result)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
