"""`python -m chassis.runtime.healthcheck PORT`: whether the service in this container is ready.

Imports little, for it runs every few seconds.
"""

import http.client
import ssl
import sys
from http import HTTPStatus


def main(port: int) -> int:
    """Ask `/readyz` over the loopback. Returns the exit code; what is not well is printed."""
    # the certificate is for the service's name, and this never leaves the loopback
    connection = http.client.HTTPSConnection(
        "127.0.0.1",
        port,
        timeout=4,
        context=ssl._create_unverified_context(),  # noqa: S323, SLF001
    )
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        sys.stdout.write(answer.read().decode())
    except OSError as failure:
        sys.stdout.write(f"{failure}\n")
        return 1
    return 0 if answer.status == HTTPStatus.OK else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
