"""What the API takes of an agreement, validated as it is decoded."""

from typing import Annotated, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct

from ketuk_events.names import Identifier, PlaceCode, whole
from registry.disclosure.agreement import Agreement
from registry.kit.errors import Unfit
from registry.web.field_types import Moment, ReaderName, in_utc

Attribute = Annotated[str, Meta(pattern=whole("[a-z][a-z0-9_-]{0,39}"))]
Coordinate = Annotated[str, Meta(pattern=whole("[A-Za-z0-9_-]{43}"))]


class PublicJwk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An institution's public key (RFC 7517); a private part is refused as an unknown field."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    kid: Annotated[str, Meta(max_length=100)] | None = None
    use: Literal["enc"] | None = None
    alg: Literal["ECDH-ES+A256KW"] | None = None

    def checked(self) -> dict[str, str]:
        """As a JWK. Raises Unfit where the point is not on the curve."""
        names = ("kty", "crv", "x", "y", "kid", "use", "alg")
        key = {name: value for name in names if (value := getattr(self, name)) is not None}
        try:
            ECKey.import_key({**key}).get_op_key("deriveKey")
        except (JoseError, ValueError):
            raise Unfit("the public key is not on its curve") from None
        return key


class AgreementBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is agreed with an institution."""

    reference: Annotated[str, Meta(min_length=1, max_length=80)]
    legal_basis: Annotated[str, Meta(min_length=1, max_length=500)]
    purposes: Annotated[tuple[Identifier, ...], Meta(max_length=100)]
    attributes: Annotated[tuple[Attribute, ...], Meta(max_length=100)] = ()
    places: Annotated[tuple[PlaceCode, ...], Meta(max_length=1000)] = ()
    readers: Annotated[tuple[ReaderName, ...], Meta(max_length=1000)] = ()
    valid_from: Moment
    valid_until: Moment
    public_key: PublicJwk | None = None

    def agreement(self, institution: str) -> Agreement:
        """As it is kept. Raises Unfit."""
        return Agreement(
            institution=institution,
            version=0,
            reference=self.reference,
            legal_basis=self.legal_basis,
            purposes=tuple(sorted(set(self.purposes))),
            attributes=tuple(sorted(set(self.attributes))),
            places=tuple(sorted(set(self.places))),
            readers=tuple(sorted(set(self.readers))),
            valid_from=in_utc(self.valid_from),
            valid_until=in_utc(self.valid_until),
            public_key=None if self.public_key is None else self.public_key.checked(),
        )
