"""`ketuk key root|sign`: the city's root, kept where no service is, and what it signs."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.root_key import signed
from chassis.crypto.sealing import key_id, private_key, private_pem, public_key, public_pem
from ketuk_events.names import to_timestamp
from ketuk_events.projection import KeyPublished
from operations import shown

commands = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Where it is to lie; a file that is there stays.")]


@commands.command("root")
def make_root(file: File) -> None:
    """Make the city's root; keep the file offline. Its public key is printed: `ketuk_root_public_key`."""
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except OSError as failure:
        shown.note(f"{file}: {failure.strerror}")
        raise typer.Exit(2) from None
    with os.fdopen(made, "w") as out:
        out.write(private_pem(key))
    typer.echo(public_pem(key.public_key()), nl=False)


@commands.command("sign")
def sign_key(
    key: Annotated[Path, typer.Argument(help="The public key to be signed, PEM.")],
    *,
    root: Annotated[Path, typer.Option(help="The root's private key, PEM.")],
    owner: Annotated[str, typer.Option(help="Whose key it is: verification or registry.")],
    until: Annotated[datetime, typer.Option(help="Until when one seals for it (UTC).")],
    since: Annotated[datetime | None, typer.Option(help="From when (UTC); else from now.")] = None,
) -> None:
    """Sign a public key to seal for, and print what the registry is to publish."""
    try:
        signer, recipient = private_key(root.read_text()), public_key(key.read_text())
    except (OSError, ValueError) as failure:
        shown.note(f"{failure}")
        raise typer.Exit(2) from None
    begins = (since or datetime.now(UTC)).replace(tzinfo=UTC)
    told = signed(
        KeyPublished(
            key_id=key_id(recipient),
            use="seal",
            owner=owner,
            public_key=public_pem(recipient),
            valid_from=to_timestamp(begins),
            valid_until=to_timestamp(until.replace(tzinfo=UTC)),
            version=0,
        ),
        root=signer,
    )
    names = ("use", "owner", "public_key", "valid_from", "valid_until", "root_signature")
    typer.echo(msgspec.json.encode({name: getattr(told, name) for name in names}).decode())
