"""TLS: whom a service trusts, and the certificate that it shows."""

import ssl
from pathlib import Path


def trust(ca_file: Path | None) -> ssl.SSLContext | None:
    """A context for clients: peers must show a certificate for their name that one in this file signed.

    None where no file is named: addresses without TLS then, or the machine's own list of authorities.
    Raises OSError (ssl.SSLError is one) where the file cannot be read or holds no certificate.
    """
    return None if ca_file is None else ssl.create_default_context(cafile=ca_file)


def shown(*, certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """A context for a server that shows a certificate; None where none is named: plain HTTP then.

    Raises OSError (ssl.SSLError is one) where a file cannot be read or the two do not belong together.
    """
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
