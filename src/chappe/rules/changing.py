"""The form that puts another value in the place of a rule's: hours in three rows of a week, or a cap."""

from typing import Final

from chappe.rules.pack import Kind, Value
from chappe.rules.values import MINUTES_IN_A_DAY, Frequency, Hours, Span, minute_of
from chappe.web.forms import Missing, OutOfRange, Reading

# The rows of the form: the days each stands for, as a span names them.
ROWS: Final = (("mon-fri", 0), ("sat", 5), ("sun", 6))
_MOST_MESSAGES: Final = 100
_MOST_HOURS: Final = 31 * 24
LONGEST_REASON: Final = 200


def typed(value: Value | None, reason: str = "") -> dict[str, str]:
    """A value as the form has it, and as the audit trail keeps it; a closed day has empty hours."""
    told = {"reason": reason} if reason else {}
    if isinstance(value, Frequency):
        return {"n": str(value.n), "hours": str(value.hours)} | told
    if isinstance(value, Hours):
        for name, weekday in ROWS:
            spans = value.on(weekday)
            if spans:
                told |= {f"{name}-from": _wall(spans[0][0]), f"{name}-to": _wall(spans[-1][1])}
    return told


def read_replacement(reading: Reading, kind: Kind) -> Value | None:
    """The value that was typed; None when something is wrong with it, as `reading` then says."""
    if kind is Kind.FREQUENCY:
        n = reading.whole("n", least=1, most=_MOST_MESSAGES)
        hours = reading.whole("hours", least=1, most=_MOST_HOURS)
        return None if n is None or hours is None else Frequency(n=n, hours=hours)
    spans = [span for name, _ in ROWS if (span := _span(reading, name)) is not None]
    if not spans and not reading.errors:
        reading.errors.add(Missing("Leave at least one day open.", field="mon-fri-from"))
    return None if reading.errors else Hours(tuple(spans))


def _span(reading: Reading, days: str) -> Span | None:
    opens, closes = reading.form.one(f"{days}-from"), reading.form.one(f"{days}-to")
    if not opens and not closes:
        return None
    try:
        if minute_of(opens) < minute_of(closes):
            return Span(days=days, opens=opens, closes=closes)
    except ValueError:
        pass
    reading.errors.add(OutOfRange("Write two times, the later one after the earlier.", field=f"{days}-to"))
    return None


def _wall(minute: int) -> str:
    if minute == MINUTES_IN_A_DAY:
        minute -= 1  # the browser's field knows no 24:00
    return f"{minute // 60:02}:{minute % 60:02}"
