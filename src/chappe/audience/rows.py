"""What each condition says in a form, and back: the fields of a row and the leaf of a rule."""

import re
import secrets
from typing import Any, Final

from chappe.audience.model import Compare
from chappe.web.forms import Missing, Reading, Submitted

_PERIOD: Final = ("span", "last_days", "from", "to")
_COUNT: Final = ("limit", "amount")

# By kind; `where` of events is written as where-0-name, where-0-test, where-0-value, where-1-name…
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "text": ("name", "test", "values"),
    "number": ("name", "compare", "value"),
    "date": ("name", "compare", "value"),
    "list": ("list_id",),
    "consent": ("topic", "state"),
    "country": ("values",),
    "language": ("values",),
    "zone": ("values",),
    "messages": ("did", "campaign_id", *_COUNT, *_PERIOD),
    "events": ("name", "measure", "property", "filters", *_COUNT, *_PERIOD),
    "engaged": ("last_days",),
    "recency": ("name", "limit", "amount"),
    "added": _PERIOD,
    "share": ("percent", "key"),
    "segment": ("segment_id",),
}
_FILTER: Final = ("name", "test", "value")
_MOST_FILTERS: Final = 10
_MOST: Final = 10**12
_TRUTHS: Final = {"yes": True, "no": False}

COMPARES: Final = tuple(each.value for each in Compare)
SPANS: Final = ("ever", "last", "between")
LIMITS: Final = ("at_least", "at_most")
MEASURES: Final = ("count", "worth", "sum")
TESTS: Final = ("is", "contains", "begins", "has", "there")
STATES: Final = ("granted", "withdrawn", "pending")
DID: Final = ("delivered", "clicked", "replied", "failed", "sent")
# Of a property: it is this text, a number compares, it is yes or no, or it is there.
FILTER_TESTS: Final = ("text-eq", *(f"number-{each}" for each in COMPARES), "yes", "no", "there")
# Rules of the API may compare texts by their order, which no page offers.
_KNOWN_TESTS: Final = (*FILTER_TESTS, *(f"text-{each}" for each in COMPARES))


def names_of(kind: str, form: Submitted, path: str) -> list[str]:
    """The fields that a row of this kind posts."""
    count = _count_of(form.one(f"{path}.filters")) if kind == "events" else 0
    return [*FIELDS[kind], *(f"where-{n}-{each}" for n in range(count) for each in _FILTER)]


def blank(kind: str, name: str = "") -> dict[str, list[str]]:
    """A row as it is when it has just been added."""
    fields: dict[str, list[str]] = {"name": [name]} if name else {}
    fields |= {
        "consent": {"topic": ["marketing"], "state": ["granted"]},
        "messages": {"limit": ["at_least"], "amount": ["1"], "span": ["last"], "last_days": ["30"]},
        "events": {"limit": ["at_least"], "amount": ["1"], "span": ["last"], "last_days": ["30"]},
        "engaged": {"last_days": ["90"]},
        "recency": {"limit": ["at_most"], "amount": ["90"]},
        "added": {"span": ["last"], "last_days": ["30"]},
        "share": {"percent": ["10"], "key": [secrets.token_hex(3)]},
    }.get(kind, {})
    return fields


def add_filter(fields: dict[str, list[str]]) -> None:
    count = _filters(fields)
    if count < _MOST_FILTERS:
        fields["filters"] = [str(count + 1)]


def remove_filter(fields: dict[str, list[str]], number: int) -> None:
    count = _filters(fields)
    if number >= count:
        return
    for n in range(number, count):
        for each in _FILTER:
            fields[f"where-{n}-{each}"] = fields.pop(f"where-{n + 1}-{each}", [])
    fields["filters"] = [str(count - 1)]


def _filters(fields: dict[str, list[str]]) -> int:
    return _count_of(next(iter(fields.get("filters", [])), ""))


def _count_of(told: str) -> int:
    return min(int(told), _MOST_FILTERS) if re.fullmatch("[0-9]{1,3}", told) else 0


def rule_of(kind: str, path: str, reading: Reading) -> dict[str, Any]:
    """The leaf, as far as it can be read; what is wrong is in `reading.errors`."""
    at = _At(path, reading)
    match kind:
        case "text":
            leaf = {"name": at.text("name"), "test": at.choice("test", TESTS)}
            return {"kind": kind, **leaf, **({} if leaf["test"] == "there" else {"values": at.values()})}
        case "number":
            return {"kind": kind, **at.compared(), "value": at.amount("value", least=-_MOST)}
        case "date":
            day = reading.day(at.name("value"))
            return {"kind": kind, **at.compared(), "value": day.isoformat() if day else None}
        case "list" | "segment":
            return {"kind": kind, f"{kind}_id": at.text(f"{kind}_id")}
        case "consent":
            state = at.choice("state", STATES)
            return {"kind": kind, "topic": at.text("topic"), "state": state}
        case "messages":
            return {"kind": kind, **at.messages(), **at.limited(whole=True), **at.period()}
        case "events":
            return {"kind": kind, **at.events(), **at.period()}
        case "engaged":
            return {"kind": kind, "last_days": at.whole("last_days", 1, 800)}
        case "recency":
            return {"kind": kind, "name": at.text("name"), **at.limited(whole=True, most=800)}
        case "added":
            return {"kind": kind, **at.period(needed=True)}
        case "share":
            return {"kind": kind, "percent": at.amount("percent", most=100), "key": at.text("key")}
        case _:
            return {"kind": kind, "values": at.values()}


class _At:
    """Reads the fields of one row."""

    def __init__(self, path: str, reading: Reading) -> None:
        self._path = path
        self._reading = reading

    def name(self, name: str) -> str:
        return f"{self._path}.{name}"

    def text(self, name: str, most: int = 200) -> str:
        return self._reading.text(self.name(name), most=most)

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        return self._reading.choice(self.name(name), among, among[0])

    def values(self) -> list[str]:
        found = [value for value in self._reading.form.all(self.name("values")) if value]
        if not found:
            self._reading.errors.add(Missing("Choose one at least.", field=self.name("values")))
        return list(dict.fromkeys(found))

    def amount(self, name: str, *, least: int = 0, most: int = _MOST) -> float | None:
        value = self._reading.amount(self.name(name), least=least, most=most)
        return None if value is None else float(value)

    def whole(self, name: str, least: int, most: int) -> int | None:
        return self._reading.whole(self.name(name), least=least, most=most)

    def compared(self) -> dict[str, Any]:
        return {"name": self.text("name"), "compare": self.choice("compare", COMPARES)}

    def limited(self, *, whole: bool, most: int = _MOST) -> dict[str, Any]:
        limit = self.choice("limit", LIMITS)
        least = 1 if limit == "at_least" and most == _MOST else 0
        value = self.whole("amount", least, most) if whole else self.amount("amount")
        return {limit: value}

    def messages(self) -> dict[str, Any]:
        campaign = self._reading.text(self.name("campaign_id"), most=60, required=False)
        return {"did": self.choice("did", DID), **({"campaign_id": campaign} if campaign else {})}

    def events(self) -> dict[str, Any]:
        measure = self.choice("measure", MEASURES)
        summed = {"property": self.text("property")} if measure == "sum" else {}
        count = _count_of(self._reading.form.one(self.name("filters")))
        where = [self._filter(f"where-{n}") for n in range(count)]
        limited = self.limited(whole=measure == "count")
        return {"name": self.text("name"), "where": where, "measure": measure, **summed, **limited}

    def _filter(self, place: str) -> dict[str, Any]:
        name, test = self.text(f"{place}-name"), self.choice(f"{place}-test", _KNOWN_TESTS)
        if test == "there":
            return {"name": name}
        if test in _TRUTHS:
            return {"name": name, "value": _TRUTHS[test]}
        kind, _, compare = test.partition("-")
        number = kind == "number"
        value = self.amount(f"{place}-value", least=-_MOST) if number else self.text(f"{place}-value", 500)
        return {"name": name, "compare": compare, "value": value}

    def period(self, *, needed: bool = False) -> dict[str, Any]:
        span = self.choice("span", SPANS)
        if span == "last":
            return {"period": {"last_days": self.whole("last_days", 1, 800)}}
        if span == "ever" and not needed:
            return {}
        days = {name: self._reading.day(self.name(name), required=False) for name in ("from", "to")}
        if not any(days.values()):
            self._reading.errors.add(Missing("Choose a date.", field=self.name("from")))
        return {"period": {name: day.isoformat() for name, day in days.items() if day}}


def fields_of(leaf: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a row that says what a stored leaf says."""
    fields = blank("consent") if leaf["kind"] == "consent" else {}
    for name, value in leaf.items():
        if name == "period":
            fields |= _of_period(value)
        elif name == "where":
            fields |= _of_filters(value)
        elif name in LIMITS and value is not None:
            fields |= {"limit": [name], "amount": [_plain(value)]}
        elif name != "kind" and value is not None:
            fields[name] = [str(each) for each in value] if isinstance(value, list) else [_plain(value)]
    return fields


def _of_period(period: dict[str, Any]) -> dict[str, list[str]]:
    span = "last" if period.get("last_days") else "between" if period else "ever"
    return {"span": [span], **{name: [_plain(value)] for name, value in period.items() if value is not None}}


def _of_filters(where: list[dict[str, Any]]) -> dict[str, list[str]]:
    fields = {"filters": [str(len(where))]}
    for n, one in enumerate(where):
        value, compare = one.get("value"), one.get("compare", "eq")
        if value is None:
            test = "there"
        elif isinstance(value, bool):
            test = "yes" if value else "no"
        else:
            test = f"{'text' if isinstance(value, str) else 'number'}-{compare}"
        fields |= {f"where-{n}-name": [one["name"]], f"where-{n}-test": [test]}
        fields[f"where-{n}-value"] = [] if test in ("there", *_TRUTHS) else [_plain(value)]
    return fields


def _plain(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
