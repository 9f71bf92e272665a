"""Forms: what was posted, read by rules that speak of their field, with every error found at once.

    reading = Reading(await page.form())
    name = reading.text("name", most=100)
    port = reading.whole("port", least=1, most=65535)
    if reading.errors:
        return page.invalid("carriers/edit.html", reading.errors, values=reading.form)

The address that validates while people type runs the same function and answers one field's error.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from chappe.kit.errors import Problem
from chappe.kit.numbers import read_number

# The name under which the browser says which field it wants checked.
FIELD = "_field"


class Submitted:
    """The values of a form by name, in order."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._pairs = pairs

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value, without the spaces around it."""
        return next((value.strip() for known, value in self._pairs if known == name), otherwise)

    def all(self, name: str) -> list[str]:
        return [value for known, value in self._pairs if known == name]

    def names(self) -> list[str]:
        """Each once, in order."""
        return list(dict.fromkeys(known for known, _ in self._pairs))

    def has(self, name: str) -> bool:
        """Whether it was posted: a checkbox that is off is not."""
        return any(known == name for known, _ in self._pairs)

    @property
    def field(self) -> str:
        """The field to check, when the browser asks while somebody types."""
        return self.one(FIELD)


class Errors:
    """What is wrong with a form, by field; "" holds what no field is guilty of."""

    def __init__(self, problems: Sequence[Problem] = ()) -> None:
        self._by_field: dict[str, Problem] = {}
        for problem in problems:
            self.add(problem)

    def add(self, problem: Problem) -> None:
        """The first of a field stays."""
        self._by_field.setdefault(problem.field or "", problem)

    def of(self, field: str) -> Problem | None:
        return self._by_field.get(field)

    def __len__(self) -> int:
        return len(self._by_field)

    def __iter__(self) -> Iterator[tuple[str, Problem]]:
        return iter(self._by_field.items())

    @contextmanager
    def caught(self, *whole: type[Problem]) -> Iterator[None]:
        """Problems with a field, raised within, are errors of the form; those of `whole` are of no field."""
        try:
            yield
        except Problem as problem:
            if problem.field is None and not isinstance(problem, whole):
                raise
            self.add(problem)


class Missing(Problem):
    code = "missing"
    status = 422
    title = "This is missing"


class TooLong(Problem):
    """`most`: characters that it may have."""

    code = "too_long"
    status = 422
    title = "This is too long"


class NotANumber(Problem):
    code = "not_a_number"
    status = 422
    title = "This is no number"


class OutOfRange(Problem):
    """`least` and `most` that it may be; either may be None."""

    code = "out_of_range"
    status = 422
    title = "This number is outside what is possible"


class NotADate(Problem):
    code = "not_a_date"
    status = 422
    title = "This is no date"


class NotAChoice(Problem):
    code = "not_a_choice"
    status = 422
    title = "This is not among the choices"


class NotTyped(Problem):
    """`word`: what was to be typed before something that cannot be undone."""

    code = "not_typed"
    status = 422
    title = "Type the word to confirm"


class Reading:
    """Reads a form and collects what is wrong with it. What cannot be read is empty, or None."""

    def __init__(self, form: Submitted) -> None:
        self.form = form
        self.errors = Errors()

    def text(self, name: str, *, most: int, required: bool = True) -> str:
        value = self.form.one(name)
        if required and not value:
            self.errors.add(Missing("Fill this in.", field=name))
        elif len(value) > most:
            self.errors.add(TooLong(f"Use at most {most} characters.", field=name, most=most))
        return value

    def whole(
        self, name: str, *, least: int | None = None, most: int | None = None, required: bool = True
    ) -> int | None:
        """A whole number, between both ends."""
        value = self._number(name, required)
        if value is None or not self._between(name, value, least, most):
            return None
        if value != value.to_integral_value():
            self.errors.add(NotANumber("Write a whole number.", field=name))
            return None
        return int(value)

    def amount(
        self,
        name: str,
        *,
        least: Decimal | int | None = None,
        most: Decimal | int | None = None,
        required: bool = True,
    ) -> Decimal | None:
        """A number that may have decimals, after a point or a comma."""
        value = self._number(name, required)
        return value if value is not None and self._between(name, value, least, most) else None

    def choice(self, name: str, among: Collection[str], otherwise: str = "") -> str:
        value = self.form.one(name, otherwise)
        if value not in among:
            self.errors.add(NotAChoice("Choose one of the list.", field=name))
        return value

    def day(self, name: str, *, required: bool = True) -> date | None:
        value = self.form.one(name)
        if not value:
            if required:
                self.errors.add(Missing("Choose a date.", field=name))
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.errors.add(NotADate("Write the date as 2026-03-31.", field=name))
            return None

    def typed(self, name: str, word: str) -> None:
        """The word of a dialog that confirms; capitals do not count."""
        if self.form.one(name).casefold() != word.casefold():
            self.errors.add(NotTyped(f"Type {word} to confirm.", field=name, word=word))

    def _number(self, name: str, required: bool) -> Decimal | None:
        value = self.form.one(name)
        if not value:
            if required:
                self.errors.add(Missing("Fill this in.", field=name))
            return None
        try:
            return read_number(value)
        except ValueError:
            self.errors.add(NotANumber("Write a number in digits, such as 1200 or 12.50.", field=name))
            return None

    def _between(
        self, name: str, value: Decimal, least: Decimal | int | None, most: Decimal | int | None
    ) -> bool:
        if (least is None or value >= least) and (most is None or value <= most):
            return True
        self.errors.add(
            OutOfRange(f"Write a number from {least} to {most}.", field=name, least=least, most=most)
        )
        return False
