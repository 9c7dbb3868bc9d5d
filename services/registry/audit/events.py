"""Every event that the audit log can hold."""

from enum import StrEnum


class AuditEvent(StrEnum):
    """What was done; `MEANING` says it in words."""

    SIGNED_IN = "person.signed-in"
    SIGNED_OUT = "person.signed-out"
    PASSWORD_CHANGED = "person.password-changed"  # noqa: S105  an event's name
    PERSON_SAVED = "person.saved"
    TOKEN_ISSUED = "token.issued"  # noqa: S105  an event's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105  an event's name
    REFUSED = "access.refused"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFIED = "audit.verified"
    DISCLOSURES_VERIFIED = "disclosures.verified"
    CITIZEN_ANSWERED = "citizen.answered"
    CITIZEN_EXPORTED = "citizen.exported"
    CITIZEN_ERASED = "citizen.erased"
    KEPT_NO_LONGER = "data.kept-no-longer"
    INSTITUTION_NAMED = "institution.named"
    GATEWAY_DESCRIBED = "gateway.described"
    GATEWAY_APPROVED = "gateway.approved"
    GATEWAY_SUSPENDED = "gateway.suspended"
    ENROLMENT_CODE_MADE = "gateway.enrolment-code-made"
    GATEWAY_ENROLLED = "gateway.enrolled"
    GATEWAY_REVOKED = "gateway.revoked"
    KEY_PUBLISHED = "key.published"
    KEY_WITHDRAWN = "key.withdrawn"
    PURPOSES_PUBLISHED = "purposes.published"
    CARDS_RECORDED = "cards.recorded"
    CARD_SHOWN = "card.shown"
    CARD_CHANGED = "card.changed"
    CARD_ACTIVATED = "card.activated"
    CARD_GIVEN = "card.given"
    RESIDENTS_IMPORTED = "residents.imported"
    ALARM_SEEN = "alarm.seen"
    CITY_FILE_LOADED = "city.file-loaded"
    LOT_SAVED = "lot.saved"
    READER_ORDERED = "reader.ordered"
    READER_MOVED = "reader.moved"
    AGREED = "agreement.agreed"


MEANING: dict[AuditEvent, str] = {
    AuditEvent.SIGNED_IN: "Somebody gave a name and a password.",
    AuditEvent.SIGNED_OUT: "Somebody ended their session.",
    AuditEvent.PASSWORD_CHANGED: "Somebody changed their password; their other sessions ended.",
    AuditEvent.PERSON_SAVED: "A person was added, or given another role or password, or shut out.",
    AuditEvent.TOKEN_ISSUED: "A program was given a token.",
    AuditEvent.TOKEN_REVOKED: "A program's token was revoked.",
    AuditEvent.REFUSED: "Somebody asked for what their role does not allow.",
    AuditEvent.AUDIT_READ: "Entries of the audit log were looked at.",
    AuditEvent.AUDIT_VERIFIED: "The audit log was verified.",
    AuditEvent.DISCLOSURES_VERIFIED: "What an institution was told was verified.",
    AuditEvent.CITIZEN_ANSWERED: "A citizen was told who looked at their data.",
    AuditEvent.CITIZEN_EXPORTED: "All that is held about a citizen was handed out.",
    AuditEvent.CITIZEN_ERASED: "A citizen was erased; the entry names the entries whose details went.",
    AuditEvent.KEPT_NO_LONGER: "What was past its time was removed; by an operator, or the registry itself.",
    AuditEvent.INSTITUTION_NAMED: "An institution was added or named anew.",
    AuditEvent.GATEWAY_DESCRIBED: "A gateway was described: whose it is, where it stands, its key.",
    AuditEvent.GATEWAY_APPROVED: "A gateway's readings count from then on.",
    AuditEvent.GATEWAY_SUSPENDED: "A gateway's readings count no more.",
    AuditEvent.ENROLMENT_CODE_MADE: "A code was made with which a gateway enrols once.",
    AuditEvent.GATEWAY_ENROLLED: "A gateway showed such a code, and its key.",
    AuditEvent.GATEWAY_REVOKED: "A gateway's readings count never again.",
    AuditEvent.KEY_PUBLISHED: "A public key was published, or its validity changed.",
    AuditEvent.KEY_WITHDRAWN: "A public key was withdrawn.",
    AuditEvent.PURPOSES_PUBLISHED: "The rules of the purposes were published in a new version.",
    AuditEvent.CARDS_RECORDED: "The status of cards was set.",
    AuditEvent.CARD_SHOWN: "The status of a card, or how it came to it, was looked at.",
    AuditEvent.CARD_CHANGED: "A card was blocked, lost, damaged, replaced, or made active again.",
    AuditEvent.CARD_ACTIVATED: "A card was activated.",
    AuditEvent.CARD_GIVEN: "It was said whose a card is; an entry for the card and one for the resident.",
    AuditEvent.RESIDENTS_IMPORTED: "Residents were imported; an entry for each who was known and changed, "
    "or one where all were new.",
    AuditEvent.ALARM_SEEN: "Somebody looked into an alarm.",
    AuditEvent.CITY_FILE_LOADED: "A file that describes the city was loaded.",
    AuditEvent.LOT_SAVED: "A procurement lot was entered or corrected.",
    AuditEvent.READER_ORDERED: "A reader was ordered.",
    AuditEvent.READER_MOVED: "A reader was delivered, installed, broken or retired.",
    AuditEvent.AGREED: "An agreement with an institution was made or changed.",
}
