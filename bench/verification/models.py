"""`card.read` as FastStream's documentation has messages described: a pydantic model."""

from typing import Annotated

from pydantic import Base64Bytes, BaseModel, Field

from ketuk_events.asked import Asked
from ketuk_events.sealed import KeyWrap, Sealed
from ketuk_events.taps import CardRead

Identifier = Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]
Timestamp = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")
]


class AskedModel(BaseModel):
    """Who asked."""

    region: Annotated[str, Field(pattern="^[0-9]{2,10}$")]
    gateway: Identifier
    reader: Identifier
    place: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
    institution: Identifier
    officer: Identifier
    purpose: Identifier


class KeyWrapModel(BaseModel):
    """A wrapped data key."""

    recipient: Annotated[str, Field(max_length=64)]
    sender: Annotated[str, Field(max_length=64)]
    valid_until: Timestamp
    wrapped: Annotated[Base64Bytes, Field(max_length=512)]
    signature: Annotated[Base64Bytes, Field(max_length=128)]


class SealedModel(BaseModel):
    """The envelope."""

    wrap: KeyWrapModel
    nonce: Annotated[Base64Bytes, Field(min_length=12, max_length=12)]
    ciphertext: Annotated[Base64Bytes, Field(max_length=131_072)]


class CardReadModel(BaseModel):
    """The evidence of one tap."""

    tap: Annotated[
        str, Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
    ]
    asked: AskedModel
    began: Timestamp
    ended: Timestamp
    evidence: SealedModel

    def read(self) -> CardRead:
        """The same as the handler knows it; nothing is checked a second time."""
        asked, sealed, wrap = self.asked, self.evidence, self.evidence.wrap
        return CardRead(
            tap=self.tap,
            asked=Asked(
                region=asked.region,
                gateway=asked.gateway,
                reader=asked.reader,
                place=asked.place,
                institution=asked.institution,
                officer=asked.officer,
                purpose=asked.purpose,
            ),
            began=self.began,
            ended=self.ended,
            evidence=Sealed(
                wrap=KeyWrap(
                    recipient=wrap.recipient,
                    sender=wrap.sender,
                    valid_until=wrap.valid_until,
                    wrapped=wrap.wrapped,
                    signature=wrap.signature,
                ),
                nonce=sealed.nonce,
                ciphertext=sealed.ciphertext,
            ),
        )
