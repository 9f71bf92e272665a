"""What rules say, each kind with its own shape, and which of two values is the stricter."""

from enum import StrEnum

import msgspec

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_IN_A_DAY = 24 * 60
# Stands in a calendar for the country of the number itself: the pack of countries that have none.
OWN_CALENDAR = "own"


class Basis(StrEnum):
    """What makes marketing to a person lawful."""

    EXPRESS = "express"
    WRITTEN = "written"
    SOFT_OPT_IN = "soft_opt_in"
    IMPLIED = "implied"


class Content(StrEnum):
    """What a marketing text must hold."""

    BRAND = "brand"
    OPT_OUT = "opt_out"
    CONTACT = "contact"
    ADDRESS = "address"


class Scope(StrEnum):
    """What a cap counts."""

    WORKSPACE = "workspace"
    SUBJECT = "subject"


class SenderForm(StrEnum):
    """What people see above a marketing text."""

    ALPHANUMERIC = "alphanumeric"
    LONG_CODE = "long_code"
    SHORT_CODE = "short_code"


class _Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Span(_Value, frozen=True):
    """Allowed from `opens` until before `closes` (hh:mm, 24:00 at most), on `days`: `sun`, or `mon-sat`."""

    days: str
    opens: str
    closes: str

    def weekdays(self) -> range:
        """0 is Monday. ValueError for what names no days."""
        first, _, last = self.days.partition("-")
        return range(DAYS.index(first), DAYS.index(last or first) + 1)

    def minutes(self) -> tuple[int, int]:
        return minute_of(self.opens), minute_of(self.closes)


class Hours(_Value, frozen=True):
    """Hours by weekday, recipient's clock; a day that no span names is closed."""

    windows: tuple[Span, ...]

    def on(self, weekday: int) -> tuple[tuple[int, int], ...]:
        """Minutes of the day, in order, ends excluded."""
        return tuple(sorted(span.minutes() for span in self.windows if weekday in span.weekdays()))

    def as_strict_as(self, least: "Hours") -> bool:
        return all(
            any(opens <= begins and ends <= closes for opens, closes in least.on(weekday))
            for weekday in range(len(DAYS))
            for begins, ends in self.on(weekday)
        )


class Holidays(_Value, frozen=True):
    """No marketing on the public holidays of these calendars: `FR`, `FR-57`, or `own`."""

    calendars: tuple[str, ...]

    def as_strict_as(self, least: "Holidays") -> bool:
        return set(self.calendars) >= set(least.calendars)


class Frequency(_Value, frozen=True):
    """At most `n` marketing messages to one person in any `hours`."""

    n: int
    hours: int
    scope: Scope = Scope.WORKSPACE

    def as_strict_as(self, least: "Frequency") -> bool:
        # A cap on everything a workspace sends holds each subject to it too.
        wide = self.scope is Scope.WORKSPACE or least.scope is Scope.SUBJECT
        return wide and self.n <= least.n and self.hours >= least.hours


class Consent(_Value, frozen=True):
    """The bases that allow marketing. An implied one ends `implied_days` after what it is drawn from."""

    bases: tuple[Basis, ...]
    implied_days: int | None = None

    def as_strict_as(self, least: "Consent") -> bool:
        return set(self.bases) <= set(least.bases)


class Contents(_Value, frozen=True):
    """What the text must hold."""

    must: tuple[Content, ...]

    def as_strict_as(self, least: "Contents") -> bool:
        return set(self.must) >= set(least.must)


class OptOut(_Value, frozen=True):
    """How leaving works. `days` is the time allowed to honour it, working days when `working_days`;
    None where the text gives no figure: at once.
    """

    days: int | None = None
    working_days: bool = False
    words: tuple[str, ...] = ()
    """Words that must be understood in a reply."""
    free: bool = True
    confirmation_seconds: int | None = None
    """The one confirmation that is presumed lawful must leave within this time, without promotion."""
    keep_years: int | None = None
    """How long the refusal must be remembered."""
    everything: bool = False
    """One refusal ends every programme of the sender, not the one it answered alone."""

    def as_strict_as(self, least: "OptOut") -> bool:
        sooner = self.days is None or (least.days is not None and self.days <= least.days)
        return sooner and set(self.words) >= set(least.words) and self.everything >= least.everything


class Senders(_Value, frozen=True):
    """The senders that marketing may come from; `registry` names where they must be registered first."""

    forms: tuple[SenderForm, ...]
    registry: str | None = None
    numbers: str | None = None
    """The range that marketing numbers must be of, as the country writes it: `36xxx`."""

    def as_strict_as(self, least: "Senders") -> bool:
        return set(self.forms) <= set(least.forms)


class Validity(_Value, frozen=True):
    """A marketing text that a carrier could not deliver is dropped after this long."""

    hours: int

    def as_strict_as(self, least: "Validity") -> bool:
        return self.hours <= least.hours


class Cart(_Value, frozen=True):
    """Reminders of one abandoned cart: `n`, all within `hours` of it."""

    n: int
    hours: int

    def as_strict_as(self, least: "Cart") -> bool:
        return self.n <= least.n and self.hours <= least.hours


class Records(_Value, frozen=True):
    """Proof of consent is kept this long after it ended."""

    consent_years: int

    def as_strict_as(self, least: "Records") -> bool:
        return self.consent_years >= least.consent_years


def minute_of(wall: str) -> int:
    """Minutes since midnight of `hh:mm`. ValueError for what is no time of a day."""
    hours, _, minutes = wall.partition(":")
    if len(hours) != 2 or len(minutes) != 2 or not (hours + minutes).isdecimal():
        raise ValueError(wall)
    minute = int(hours) * 60 + int(minutes)
    if minute > MINUTES_IN_A_DAY or int(minutes) >= 60:
        raise ValueError(wall)
    return minute
