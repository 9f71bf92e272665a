"""Numbers, money, dates and phone numbers as one language writes them: the filters of the templates."""

import re
from collections.abc import Callable, Sequence
from datetime import date as calendar_day
from datetime import datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from phonenumbers import PhoneNumberFormat, format_number
from phonenumbers import parse as parse_number
from phonenumbers.phonenumberutil import NumberParseException

_NARROW = "\N{NARROW NO-BREAK SPACE}"
# French sets a space there that must not break: before high signs, within quotation marks.
_FRENCH_SPACE = re.compile(r" (?=[;:?!»])|(?<=«) ")


class Formats:
    """Of one language. Times are given aware and shown in a zone by its IANA name."""

    def __init__(self, language: str) -> None:
        self._locale = language

    def filters(self) -> dict[str, Callable[..., str]]:
        """By the names that templates use."""
        return {
            "number": self.number,
            "percent": self.percent,
            "money": self.money,
            "price": self.price,
            "moment": self.moment,
            "day": self.day,
            "short_day": self.short_day,
            "civil_day": self.civil_day,
            "date": self.date,
            "clock": self.clock,
            "weekday": self.weekday,
            "month_name": self.month_name,
            "weekday_name": self.weekday_name,
            "ago": self.ago,
            "country": self.country,
            "countries": self.countries,
            "weight": self.weight,
            "tongue": self.language,
            "typeset": self.typeset,
            "phone": phone,
        }

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, locale=self._locale)

    def percent(self, part: int, whole: int) -> str:
        """One decimal below ten, so that a small share does not read as none."""
        share = part / whole if whole else 0.0
        # Rounded down at the top: 99.96% must not read as all.
        if share < 1 and share > 0.99:
            share = min(share, 0.999)
        pattern = "#,##0.#" if share and (share < 0.1 or share > 0.99) else "#,##0"
        space = _NARROW if self._locale == "fr" else ""
        return format_percent(share, format=f"{pattern}{space}%", locale=self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        return format_currency(amount, currency, locale=self._locale)

    def price(self, amount: Decimal, currency: str) -> str:
        """Of one message: a tenth of a cent counts, so up to four decimals are shown."""
        pattern = Locale.parse(self._locale).currency_formats["standard"].pattern.replace("0.00", "0.00##")
        return format_currency(amount, currency, format=pattern, locale=self._locale, currency_digits=False)

    def moment(self, at: datetime, zone: str, *, seconds: bool = False) -> str:
        """Day and time, without the year: `5 Mar, 10:02`, `5 mars, 10:02`."""
        local = at.astimezone(ZoneInfo(zone))
        day = format_date(local, "d MMM", locale=self._locale)
        return f"{day}, {self.clock(at, zone, seconds=seconds)}"

    def day(self, at: datetime, zone: str) -> str:
        """The day, whole: `5 March 2026`, `5 mars 2026`."""
        return format_date(at.astimezone(ZoneInfo(zone)), "d MMMM y", locale=self._locale)

    def date(self, at: datetime, zone: str) -> str:
        """With the year: `5 Mar 2026`, `5 mars 2026`."""
        return format_date(at.astimezone(ZoneInfo(zone)), "d MMM y", locale=self._locale)

    def short_day(self, day: calendar_day) -> str:
        """Without the year: `5 Mar`, `5 mars`."""
        return format_date(day, "d MMM", locale=self._locale)

    def civil_day(self, day: calendar_day) -> str:
        """A day of the calendar, of no zone, with the year: `5 Mar 2026`."""
        return format_date(day, "d MMM y", locale=self._locale)

    def clock(self, at: datetime, zone: str, *, seconds: bool = False) -> str:
        """24 hours in every language: what is compared must line up."""
        pattern = "HH:mm:ss" if seconds else "HH:mm"
        return format_time(at.astimezone(ZoneInfo(zone)), pattern, locale=self._locale)

    def weekday(self, at: datetime, zone: str) -> str:
        return format_datetime(at.astimezone(ZoneInfo(zone)), "EEEE", locale=self._locale)

    def month_name(self, day: calendar_day) -> str:
        """With the year, as a heading: `March 2026`, `Mars 2026`."""
        name: str = format_date(day, "LLLL y", locale=self._locale)
        return name[:1].upper() + name[1:]

    def weekday_name(self, day: calendar_day) -> str:
        """Short: `Tue`, `mar.`."""
        return format_date(day, "EEE", locale=self._locale)

    def ago(self, at: datetime, now: datetime) -> str:
        return format_timedelta(at - now, add_direction=True, format="short", locale=self._locale)

    def typeset(self, text: str) -> str:
        """A text of a data file, typed with plain spaces, as this language is set."""
        return _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", text) if self._locale == "fr" else text

    def country(self, region: str) -> str:
        """The name of an ISO 3166 region; what is none stays."""
        return str(_locale(self._locale).territories.get(region, region))

    def countries(self, regions: Sequence[str]) -> str:
        """Their names in one phrase, in the order of the alphabet."""
        return str(format_list(sorted(self.country(each) for each in regions), locale=self._locale))

    def weight(self, size: int) -> str:
        """Of a file, in kilobytes (1,000 octets), rounded up."""
        return format_unit(-(-size // 1_000), "digital-kilobyte", "short", locale=self._locale)

    def language(self, code: str) -> str:
        """The name of a language by its ISO 639 code; what is none stays."""
        return str(_locale(self._locale).languages.get(code.lower(), code))


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def phone(number: int | str) -> str:
    """International form, in groups that do not break: +33 6 12 34 56 78. What is no number stays."""
    if not number:
        return "–"  # of a person who was erased
    digits = str(number).removeprefix("+")
    if not digits.isdigit() or len(digits) < 7:
        return str(number)
    try:
        shown = format_number(parse_number(f"+{digits}"), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return f"+{digits}"
    return shown.replace(" ", "\N{NO-BREAK SPACE}")
