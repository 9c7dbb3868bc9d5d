"""The whole reading of a card for a purpose. What the purpose does not need is not read."""

from ketuk_events.evidence import Finding
from reader_gateway.ktp.apdu import Garbage
from reader_gateway.ktp.file_reader import protected_chunk
from reader_gateway.ktp.mutual_authentication import (
    NotAuthentic,
    SamLocked,
    SamRefused,
    SamSecrets,
    authenticate,
    open_sam,
)
from reader_gateway.ktp.plain_files import (
    CONTROL,
    PHOTO,
    identify,
    read_control,
    read_photo,
    select_application,
)
from reader_gateway.ktp.protected_files import (
    BIODATA,
    FINGERS,
    HANDWRITING,
    SIGNATURE,
    read_biodata,
    read_deciphered,
    read_signature_file,
)
from reader_gateway.ktp.protocol import (
    CardLeft,
    Dialogue,
    ReaderGone,
    SamAway,
    SamBroken,
    SamBusy,
    SamSilent,
    TooSlow,
)
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import PASSED, Reading, not_done
from reader_gateway.ktp.reading_progress import Course
from reader_gateway.ktp.signature_check import finish_check, start_check

_WHY_NOT = {
    SamAway: "no-sam",
    SamBroken: "sam-silent",
    SamBusy: "sam-busy",
    SamSilent: "sam-silent",
    SamLocked: "sam-locked",
    SamRefused: "sam-refused",
}
"""Why card and SAM could not be brought together."""


def read_card(*, needs: Needs, sam: SamSecrets | None, course: Course) -> Dialogue[Reading]:
    """Read what is needed; `course` has what was found so far. `sam`: None where no SAM may be opened."""
    try:
        yield from _read(course, needs, sam)
    except CardLeft as left:
        _end(course, "reader-gone" if isinstance(left, ReaderGone) else "removed", answer=None)
    except TooSlow:
        _end(course, "slow", answer="none")
    except Garbage:
        _end(course, "damaged", answer="other")
    except (SamAway, SamBroken, SamBusy):
        pass  # what was to be asked of it stays not reached
    return course.reading


def _end(course: Course, state: str, *, answer: str | None) -> None:
    if course.reading.answer == "ktp-el":
        course.cut_short(state)
    else:
        course.found(answer=answer or state)


def _read(course: Course, needs: Needs, sam: SamSecrets | None) -> Dialogue[None]:
    uid = yield from identify()
    if not (yield from select_application()):
        course.found(answer="other")
        return
    course.found(answer="ktp-el", uid=uid)
    control = yield from course.file(CONTROL, read_control())
    # without a SAM the question is which files live, so a damaged one is no reason to stop
    if control is not None or not needs.sam:
        course.found(photo=(yield from course.file(PHOTO, read_photo())))
    if needs.sam and control is not None and course.reading.photo is not None:
        course.found(authentication=(yield from _authentication(uid, control, sam)))
        if course.reading.authentication == PASSED:
            yield from _protected_files(course, needs)


def _authentication(uid: bytes | None, control: bytes, sam: SamSecrets | None) -> Dialogue[Finding]:
    if sam is None:
        return not_done("no-sam")
    try:
        yield from open_sam(sam)
        # without a UID the SAM cannot derive the card's keys, and authentication fails honestly
        yield from authenticate(control=control, uid=uid or bytes(8))
    except tuple(_WHY_NOT) as why:
        return not_done(_WHY_NOT[type(why)])
    except NotAuthentic:
        return Finding(result="failed", code="authentication-failed")
    return PASSED


def _protected_files(course: Course, needs: Needs) -> Dialogue[None]:
    chunk = protected_chunk()
    watched = yield from start_check()
    course.found(biodata=(yield from course.file(BIODATA, read_biodata(chunk))))
    if course.reading.biodata is None:
        return
    course.found(signature_file=(yield from course.file(SIGNATURE, read_signature_file(chunk))))
    signature, photo = course.reading.signature_file, course.reading.photo
    if signature is None or photo is None:
        return
    if not (watched and (yield from finish_check(signature=signature, photo=photo))):
        course.found(signature=Finding(result="failed", code="signature-invalid"))
        return
    course.found(signature=PASSED)
    # only now, for nobody is compared with data that is not genuine
    if needs.handwriting:
        course.found(handwriting=(yield from course.file(HANDWRITING, read_deciphered(HANDWRITING, chunk))))
    for file in FINGERS if needs.fingers else ():
        finger = yield from course.file(file, read_deciphered(file, chunk))
        if finger is not None:
            course.found(fingers=(*course.reading.fingers, finger))
