"""The catalogue of outcomes: every check, every code, and its sentence for people.

One source for pages, documents and integrators: `sentence(check, code, language)`. Beside them `READERS`:
what is said of a reader where there is no tap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Language = Literal["id", "en"]


class Outcome(StrEnum):
    """How a tap ends."""

    VERIFIED = "verified"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"
    ALIVE = "alive"


class Assurance(StrEnum):
    """What was reached; each includes the one before."""

    NONE = "none"
    CHIP = "chip"
    VOUCHED = "vouched"
    """A terminal authenticated the card inside itself and says so: no proof of it passed through Ketuk."""
    GENUINE = "genuine"
    HOLDER = "holder"


class Check(StrEnum):
    """The checks, in the order in which they decide."""

    READER_TRUSTED = "reader.trusted"
    CHIP_ANSWERS = "chip.answers"
    CHIP_READABLE = "chip.readable"
    CARD_AUTHENTIC = "card.authentic"
    DATA_SIGNED = "data.signed"
    CARD_STATUS = "card.status"
    HOLDER_MATCHES = "holder.matches"
    NIK_CONSISTENT = "nik.consistent"


class Result(StrEnum):
    """What a check comes to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not-done"


TERMINAL_SAYS = "terminal-says"
"""The code of a check that passed on a terminal's word alone; it reaches *vouched* and never more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One way in which a check can end, with what the officer reads."""

    check: Check
    code: str
    result: Result
    id: str
    en: str


def _reason(check: Check, code: str, result: Result, id_: str, en: str) -> Reason:
    return Reason(check=check, code=code, result=result, id=id_, en=en)


_P, _F, _N = Result.PASSED, Result.FAILED, Result.NOT_DONE

REASONS: tuple[Reason, ...] = (
    _reason(Check.READER_TRUSTED, "ok", _P, "Pembaca ini disetujui.", "This reader is approved."),
    _reason(
        Check.READER_TRUSTED,
        "suspended",
        _F,
        "Pembaca ini belum atau tidak lagi disetujui. Hubungi Dispendukcapil.",
        "This reader is not, or no longer, approved. Call the civil-registry office.",
    ),
    _reason(
        Check.READER_TRUSTED,
        "late",
        _N,
        "Pembacaan tiba terlambat. Tempelkan kartu sekali lagi.",
        "The reading arrived too late. Tap the card once more.",
    ),
    _reason(
        Check.READER_TRUSTED,
        "no-such-purpose",
        _N,
        "Keperluan ini tidak dikenal oleh Dispendukcapil. Pilih keperluan lain, lalu tempelkan kartu lagi.",
        "The civil-registry office knows no such purpose. Choose another one and tap the card again.",
    ),
    _reason(Check.CHIP_ANSWERS, "ok", _P, "Chip menjawab sebagai KTP-el.", "The chip answers as a KTP-el."),
    _reason(
        Check.CHIP_ANSWERS,
        "not-a-ktp",
        _F,
        "Kartu ini bukan KTP-el. Mintalah KTP-el.",
        "This card is not a KTP-el. Ask for the KTP-el.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "no-answer",
        _F,
        "Chip tidak menjawab: rusak. Arahkan warga ke kecamatan untuk penggantian.",
        "The chip does not answer: it is damaged. Send the citizen to the kecamatan for a new card.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "reader-unproven",
        _N,
        "Chip tidak menjawab, tetapi pembaca ini belum terbukti baik. Coba kartu lain, lalu ulangi.",
        "The chip does not answer, but this reader has not proven itself. Try another card, then repeat.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "card-removed",
        _N,
        "Kartu diangkat terlalu cepat. Tempelkan lagi dan tahan.",
        "The card was removed too early. Tap again and hold it still.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "reader-gone",
        _N,
        "Pembaca terlepas saat kartu ada di atasnya. Pasang kabelnya, lalu tempelkan kartu lagi.",
        "The reader went while the card was on it. Plug it in and tap again.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "in-use",
        _N,
        "Pembaca sedang dipakai program lain. Tutup program itu, lalu tempelkan kartu lagi.",
        "Another programme uses the reader. Close it and tap again.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "terminal-error",
        _N,
        "Terminal melaporkan kesalahan pada kartu ini. Tempelkan lagi; bila tetap, periksa di pembaca lain.",
        "The terminal reports an error with this card. Tap again; if it stays, try another reader.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "terminal-hangs",
        _N,
        "Terminal tidak menjawab. Cabut dan pasang kabelnya, lalu tempelkan kartu lagi.",
        "The terminal does not answer. Unplug it, plug it in and tap again.",
    ),
    _reason(Check.CHIP_READABLE, "ok", _P, "Isi chip terbaca utuh.", "The chip could be read whole."),
    _reason(
        Check.CHIP_READABLE,
        "file-damaged",
        _F,
        "Sebagian isi chip rusak. Arahkan warga ke kecamatan untuk penggantian.",
        "A part of the chip is damaged. Send the citizen to the kecamatan for a new card.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "card-removed",
        _N,
        "Kartu diangkat terlalu cepat. Tempelkan lagi dan tahan.",
        "The card was removed too early. Tap again and hold it still.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "reader-gone",
        _N,
        "Pembaca terlepas saat membaca. Pasang kabelnya, lalu tempelkan kartu lagi.",
        "The reader went in the middle of the reading. Plug it in and tap again.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "too-slow",
        _N,
        "Pembacaan terlalu lama. Bersihkan pembaca, letakkan kartu rata dan tahan, lalu ulangi.",
        "The reading took too long. Clean the reader, lay the card flat, hold it still and repeat.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "biodata-malformed",
        _F,
        "Biodata di chip tidak tersusun sebagaimana mestinya. Arahkan warga ke kecamatan untuk penggantian.",
        "The biodata on the chip is not in its form. Send the citizen to the kecamatan for a new card.",
    ),
    _reason(Check.CHIP_READABLE, "not-reached", _N, "Isi chip belum dibaca.", "The chip was not read."),
    _reason(
        Check.CHIP_READABLE,
        TERMINAL_SAYS,
        _P,
        "Biodata diserahkan oleh terminal; isi chip tidak kami baca sendiri.",
        "The terminal gave the biodata; we did not read the chip ourselves.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "terminal-unclear",
        _N,
        "Biodata dari terminal tidak dipahami. Periksa kartu di pembaca PC/SC.",
        "The biodata from the terminal is not understood. Check the card on a PC/SC reader.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "terminal-error",
        _N,
        "Terminal tidak dapat membaca biodata. Tempelkan kartu lagi; bila tetap, periksa di pembaca lain.",
        "The terminal could not read the biodata. Tap again; if it stays, try another reader.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "terminal-hangs",
        _N,
        "Terminal berhenti menjawab. Cabut dan pasang kabelnya, lalu tempelkan kartu lagi.",
        "The terminal stopped answering. Unplug it, plug it in and tap again.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "not-told",
        _N,
        "Terminal ini tidak menyebut isi chip mana yang terbaca. Periksa chip di pembaca PC/SC.",
        "This terminal does not tell which files can be read. Check the chip on a PC/SC reader.",
    ),
    _reason(Check.CARD_AUTHENTIC, "ok", _P, "Kartu asli.", "The card is genuine."),
    _reason(
        Check.CARD_AUTHENTIC,
        "authentication-failed",
        _F,
        "Kartu tidak dapat membuktikan keasliannya: mungkin tiruan. Tahan layanan dan lapor.",
        "The card cannot prove that it is genuine: it may be a copy. Stop and report.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "no-sam",
        _N,
        "SAM tidak terpasang. Pasang SAM, lalu tempelkan kartu lagi.",
        "There is no SAM in the reader. Insert it and tap again.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "sam-refused",
        _N,
        "SAM menolak dibuka. Hubungi operator.",
        "The SAM refuses to open. Call the operator.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "sam-locked",
        _N,
        "SAM terkunci karena beberapa kali salah dibuka. Hubungi operator; pemilik SAM membuka kuncinya.",
        "The SAM is locked after wrong openings. Call the operator; its owner has to have it unlocked.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "sam-busy",
        _N,
        "SAM sedang dipakai pembaca lain. Tempelkan kartu sekali lagi.",
        "The SAM is busy with another reader. Tap the card once more.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "sam-silent",
        _N,
        "SAM tidak menjawab. Cabut dan pasang SAM, lalu tempelkan kartu lagi.",
        "The SAM does not answer. Take it out, insert it and tap again.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "not-reached",
        _N,
        "Keaslian kartu belum diperiksa.",
        "Genuineness was not checked.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        TERMINAL_SAYS,
        _P,
        "Terminal menyatakan kartu asli; buktinya tidak kami lihat.",
        "The terminal says that the card is genuine; we saw no proof.",
    ),
    _reason(Check.DATA_SIGNED, "ok", _P, "Tanda tangan digital sah.", "The digital signature holds."),
    _reason(
        Check.DATA_SIGNED,
        "signature-invalid",
        _F,
        "Tanda tangan digital tidak sah: data kartu diubah. Tahan layanan dan lapor.",
        "The digital signature is invalid: the card's data was changed. Stop and report.",
    ),
    _reason(
        Check.DATA_SIGNED,
        "signature-disputed",
        _F,
        "SAM dan pemeriksaan Dispendukcapil berbeda tentang tanda tangan digital kartu ini. Tahan layanan "
        "dan lapor.",
        "The SAM and the civil-registry office's own check disagree on this card's digital signature. Stop "
        "and report.",
    ),
    _reason(
        Check.DATA_SIGNED,
        "not-rechecked",
        _N,
        "SAM menerima tanda tangan digital, tetapi pemeriksaan ulang tidak dapat dilakukan. "
        "Hubungi Dispendukcapil.",
        "The SAM accepts the digital signature, but it could not be checked once more. Call the "
        "civil-registry office.",
    ),
    _reason(
        Check.DATA_SIGNED,
        "not-reached",
        _N,
        "Tanda tangan digital belum diperiksa.",
        "The signature was not checked.",
    ),
    _reason(
        Check.DATA_SIGNED,
        "not-told",
        _N,
        "Terminal ini tidak menyebut apakah tanda tangan digital sah. Periksa kartu di pembaca PC/SC.",
        "This terminal does not tell whether the signature holds. Check the card on a PC/SC reader.",
    ),
    _reason(Check.CARD_STATUS, "ok", _P, "Status kartu sesuai.", "The card's status is right."),
    _reason(
        Check.CARD_STATUS,
        "not-activated",
        _F,
        "Kartu belum diaktifkan. Arahkan warga ke kecamatan untuk aktivasi.",
        "The card is not activated. Send the citizen to the kecamatan to activate it.",
    ),
    _reason(Check.CARD_STATUS, "active", _F, "Kartu sudah aktif.", "The card is active already."),
    _reason(Check.CARD_STATUS, "blocked", _F, "Kartu diblokir.", "The card is blocked."),
    _reason(Check.CARD_STATUS, "lost", _F, "Kartu dilaporkan hilang.", "The card was reported lost."),
    _reason(Check.CARD_STATUS, "damaged", _F, "Kartu tercatat rusak.", "The card is recorded as damaged."),
    _reason(Check.CARD_STATUS, "replaced", _F, "Kartu sudah diganti.", "The card was replaced."),
    _reason(
        Check.CARD_STATUS,
        "other-holder",
        _F,
        "Data di chip bukan milik pemegang kartu yang tercatat. Tahan kartu dan hubungi Dispendukcapil.",
        "The data on the chip are not those of the card's recorded holder. Keep the card and call the "
        "civil-registry office.",
    ),
    _reason(
        Check.CARD_STATUS,
        "unknown-card",
        _N,
        "Kartu belum tercatat. Hubungi Dispendukcapil.",
        "The registry does not know the card. Call the civil-registry office.",
    ),
    _reason(
        Check.CARD_STATUS, "not-reached", _N, "Status kartu belum diperiksa.", "The status was not checked."
    ),
    _reason(
        Check.CARD_STATUS,
        "no-uid",
        _N,
        "Terminal ini tidak menyebut nomor chip untuk menanyakan status kartu. Periksa di pembaca PC/SC.",
        "This terminal does not tell the chip's number, so its status cannot be asked. Use a PC/SC reader.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "ok",
        _P,
        "Jari cocok dengan pemegang kartu.",
        "The finger matches the holder.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "no-match",
        _F,
        "Jari tidak cocok. Tempelkan kartu lagi dan coba jari yang lain.",
        "The finger does not match. Tap again and try the other finger.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "tries-used-up",
        _F,
        "Empat kali tidak cocok: layanan ditolak. Periksa identitas warga dengan cara lain.",
        "Four tries did not match: service is denied. Check who the citizen is in another way.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "fake-finger",
        _F,
        "Alat mengenali jari palsu. Tahan layanan dan lapor.",
        "The device found the finger to be fake. Stop and report.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "poor-quality",
        _N,
        "Sidik jari kurang jelas. Bersihkan alat dan jari, lalu ulangi.",
        "The fingerprint is too poor. Clean the device and the finger, then repeat.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "no-finger",
        _N,
        "Tidak ada jari di alat. Tempelkan kartu lagi dan letakkan jari saat diminta.",
        "No finger was on the device. Tap again and lay the finger when asked.",
    ),
    _reason(
        Check.HOLDER_MATCHES,
        "no-matcher",
        _N,
        "Alat sidik jari tidak terpasang. Hubungi operator.",
        "There is no fingerprint device. Call the operator.",
    ),
    _reason(
        Check.HOLDER_MATCHES, "not-asked", _N, "Pemegang belum dicocokkan.", "The holder was not matched."
    ),
    _reason(
        Check.HOLDER_MATCHES,
        TERMINAL_SAYS,
        _P,
        "Terminal menyatakan jari cocok; perbandingannya tidak kami lihat.",
        "The terminal says that the finger matches; we did not see the comparison.",
    ),
    _reason(Check.NIK_CONSISTENT, "ok", _P, "NIK sesuai biodata.", "The NIK agrees with the biodata."),
    _reason(
        Check.NIK_CONSISTENT,
        "differs",
        _F,
        "NIK berbeda dari tanggal lahir di biodata; ini hanya pemberitahuan.",
        "The NIK differs from the date of birth in the biodata; this is only a notice.",
    ),
    _reason(Check.NIK_CONSISTENT, "not-reached", _N, "NIK belum dibandingkan.", "The NIK was not compared."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderWords:
    """What the officer reads of a reader that is busy with no tap: a headline, and what to do next."""

    headline: Mapping[Language, str]
    advice: Mapping[Language, str]


READERS: Mapping[str, ReaderWords] = {
    "absent": ReaderWords(
        headline={"id": "PEMBACA TIDAK ADA", "en": "NO READER"},
        advice={
            "id": "Belum ada pembaca yang terpasang. Pasang kabelnya.",
            "en": "No reader was seen yet. Plug it in.",
        },
    ),
    "gone": ReaderWords(
        headline={"id": "PEMBACA TERLEPAS", "en": "READER UNPLUGGED"},
        advice={"id": "Periksa kabel pembaca.", "en": "Check the reader's cable."},
    ),
    "ready": ReaderWords(
        headline={"id": "TEMPELKAN KARTU", "en": "TAP THE CARD"},
        advice={
            "id": "Letakkan KTP-el di atas pembaca dan tahan.",
            "en": "Lay the KTP-el on the reader and hold it still.",
        },
    ),
}
"""By state: no reader was seen yet, it went, or it waits for a card."""

_BY_CODE = {(reason.check.value, reason.code): reason for reason in REASONS}

HEADLINES: dict[str, dict[Language, str]] = {
    "verified": {"id": "TERVERIFIKASI", "en": "VERIFIED"},
    "refused": {"id": "DITOLAK", "en": "REFUSED"},
    "inconclusive": {"id": "BELUM PASTI", "en": "INCONCLUSIVE"},
    "alive": {"id": "CHIP HIDUP", "en": "CHIP ALIVE"},
}


def reason(check: str, code: str) -> Reason:
    """The catalogue's entry. Raises KeyError for a pair that it does not hold."""
    return _BY_CODE[check, code]


def sentence(check: str, code: str, language: Language) -> str:
    """What a person reads; for a code of a newer version than this one, the code itself."""
    known = _BY_CODE.get((check, code))
    if known is None:
        return f"{check}: {code}"
    return known.id if language == "id" else known.en
