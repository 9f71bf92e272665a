"""schedule_delivery_time and validity_period (§7.1.1): `YYMMDDhhmmsstnnp`, 16 characters and a NUL."""

from datetime import UTC, datetime, timedelta

_LONGEST = timedelta(days=30)
"""Beyond it the field needs a month, which has no fixed length; carriers cap at a few days."""


class UnusableTime(ValueError):
    """The time cannot be written in an SMPP field."""


def relative_validity(seconds: float) -> bytes:
    """§7.1.1.2: from now on. UnusableTime unless between 1 second and 30 days."""
    period = timedelta(seconds=int(seconds))
    if not timedelta(seconds=1) <= period <= _LONGEST:
        raise UnusableTime(f"a validity of {seconds:g} s is not between 1 s and {_LONGEST.days} days")
    hours, rest = divmod(period.seconds, 3600)
    minutes, remainder = divmod(rest, 60)
    return b"0000%02d%02d%02d%02d000R" % (period.days, hours, minutes, remainder)


def absolute_time(moment: datetime) -> bytes:
    """§7.1.1.1, in UTC: tenths of a second, quarter hours of offset, direction. UnusableTime when naive."""
    if moment.tzinfo is None:
        raise UnusableTime("a time without an offset is refused: pass an aware datetime")
    utc = moment.astimezone(UTC)
    return utc.strftime("%y%m%d%H%M%S").encode() + b"%d00+" % (utc.microsecond // 100_000)
