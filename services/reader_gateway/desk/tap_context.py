"""The counter's duty: who asks at which reader now, and for what."""

from ketuk_events.asked import Asked
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.settings import GatewaySettings
from reader_gateway.tap.chip_notes import ChipNotes


class Duty:
    """The counter at which this gateway stands; the officer chooses the purpose."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self.purpose = settings.purpose
        self.chip_notes = ChipNotes()

    def choose(self, purpose: str) -> None:
        """Taps are for this purpose from now on. Raises ValueError for an unknown one."""
        if purpose not in NEEDS:
            raise ValueError(purpose)
        if purpose != self.purpose:
            # a note that the page no longer shows must not speak
            self.chip_notes.forget()
        self.purpose = purpose

    def asked_at(self, reader: str) -> Asked:
        """Who asks at a reader now."""
        return Asked(
            region=self._settings.region,
            gateway=self._settings.gateway,
            reader=reader,
            place=self._settings.place,
            institution=self._settings.institution,
            officer=self._settings.officer,
            purpose=self.purpose,
        )
