"""The purposes of the design: the rules until the registry has published any (version 0)."""

from ketuk_events.outcomes import Check
from ketuk_events.projection import Purpose, PurposesChanged

_CHIP = (Check.READER_TRUSTED, Check.CHIP_ANSWERS, Check.CHIP_READABLE)
_GENUINE = (*_CHIP, Check.CARD_AUTHENTIC, Check.DATA_SIGNED, Check.CARD_STATUS)
_HOLDER = (*_GENUINE, Check.HOLDER_MATCHES)
_DAY = 86_400

UNKNOWN = Purpose(
    purpose="", needs=(Check.READER_TRUSTED,), good_word="", wants_status="active", max_age_seconds=0
)
"""What a tap was for where no rule describes it; `reader_trusted` lets none of these pass."""

DEFAULT = PurposesChanged(
    version=0,
    purposes=(
        Purpose(
            purpose="chip-check", needs=_CHIP, good_word="alive", wants_status="active", max_age_seconds=_DAY
        ),
        Purpose(
            purpose="record",
            needs=_GENUINE,
            good_word="verified",
            wants_status="active",
            max_age_seconds=_DAY,
        ),
        Purpose(
            purpose="identify",
            needs=_HOLDER,
            good_word="verified",
            wants_status="active",
            max_age_seconds=900,
        ),
        Purpose(
            purpose="activate",
            needs=_HOLDER,
            good_word="verified",
            wants_status="not-activated",
            max_age_seconds=900,
        ),
    ),
)
