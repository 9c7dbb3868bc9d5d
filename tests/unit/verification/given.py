"""Evidence and cases to vary."""

from datetime import UTC, datetime, timedelta

from ketuk_events.asked import Asked
from ketuk_events.evidence import Evidence, FileReading, Finding
from ketuk_events.names import to_timestamp
from verification.rules.card_ref import CardHolder, holder_ref
from verification.rules.case import Case, OwnCheck
from verification.rules.default_purposes import DEFAULT

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
TAP = "01a20bec-d480-7c3e-9d52-3f6a1b2c4d5e"
"""Its time is NOW."""
PURPOSES = {purpose.purpose: purpose for purpose in DEFAULT.purposes}
PASSED = Finding(result="passed", code="ok")
NOT_REACHED = Finding(result="not-done", code="not-reached")
NOT_ASKED = Finding(result="not-done", code="not-asked")
NOT_TOLD = Finding(result="not-done", code="not-told")
TERMINAL_SAYS = Finding(result="passed", code="terminal-says")
NO_SAM = Finding(result="not-done", code="no-sam")
PLAIN = (FileReading(file="6FF0", state="read"), FileReading(file="6FF2", state="read"))
NIK, OTHER_NIK, KEY = "3372994708850001", "3372990101900002", bytes(32)
BIODATA = ",".join(f'"{field}"' for field in (NIK, *[""] * 13, "07-08-1985", *[""] * 6))


def asked(purpose: str = "record") -> Asked:
    return Asked(
        region="3372",
        gateway="kelurahan-jebres",
        reader="loket-1",
        place="33.72.04.1010",
        institution="kelurahan-jebres",
        officer="petugas",
        purpose=purpose,
    )


def evidence(
    *,
    answer: str = "ktp-el",
    proven: bool = True,
    files: tuple[FileReading, ...] = PLAIN,
    authentication: Finding = PASSED,
    signature: Finding = PASSED,
    holder: Finding = NOT_ASKED,
    uid: bytes | None = b"\x04abcdef",
    biodata: str | None = BIODATA,
    purpose: str = "record",
) -> Evidence:
    return Evidence(
        tap=TAP,
        asked=asked(purpose),
        began=to_timestamp(NOW),
        ended=to_timestamp(NOW),
        answer=answer,
        reader_proven=proven,
        files=files,
        authentication=authentication,
        signature=signature,
        holder=holder,
        uid=uid,
        biodata=biodata,
    )


def case(
    found: Evidence,
    *,
    status: str | None = "active",
    approved: bool = True,
    age: timedelta = timedelta(seconds=1),
    own_check: OwnCheck = OwnCheck.NOT_CONFIGURED,
    holder: str | None = None,
) -> Case:
    """`holder` is the NIK of whose card the registry says it is."""
    return Case(
        evidence=found,
        purpose=PURPOSES[found.asked.purpose],
        purpose_version=0,
        gateway_approved=approved,
        began=NOW,
        now=NOW + age,
        status=status,
        projection_version=1,
        own_check=own_check,
        holder=None if holder is None else CardHolder(ref=holder_ref(holder, key=KEY), key=KEY),
    )


def unread(answer: str, *, files: tuple[FileReading, ...] = (), proven: bool = True) -> Evidence:
    """Evidence of a card of which no more was had than this."""
    return evidence(
        answer=answer,
        proven=proven,
        files=files,
        authentication=NOT_REACHED,
        signature=NOT_REACHED,
        uid=None,
        biodata=None,
    )


def vouched(
    *,
    authentication: Finding = TERMINAL_SAYS,
    holder: Finding = NOT_ASKED,
    biodata: str | None = BIODATA,
    purpose: str = "record",
) -> Evidence:
    """Evidence of a terminal: its word, and biodata."""
    return evidence(
        files=(),
        authentication=authentication,
        signature=NOT_TOLD,
        holder=holder,
        uid=None,
        biodata=biodata,
        purpose=purpose,
    )
