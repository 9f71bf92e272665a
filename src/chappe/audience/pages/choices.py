"""What the rows of the builder offer: the workspace's own things, and the countries and zones there are."""

from typing import Any, NamedTuple

from chappe.accounts.settings.service import countries, zones
from chappe.audience.clauses import Names
from chappe.audience.drafts import Group, Row, nodes
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.values import Kind, Shape
from chappe.db.pool import Connection
from chappe.events import service as events
from chappe.web.formats import Formats
from chappe.web.navigation import mark
from chappe.web.page import Page

# Codes of ISO 639; the names are in the reader's language.
_LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ro", "ar", "tr", "zh", "hi", "ja", "sv", "da")
# What a shop tells of, by the names of the Segment e-commerce specification.
_EVENTS = (
    "Order Completed",
    "Product Added",
    "Product Viewed",
    "Checkout Started",
    "Order Refunded",
    "Order Cancelled",
    "Cart Viewed",
)
_PROPERTIES = ("revenue", "total", "value", "category", "product_id", "sku", "quantity", "coupon", "currency")

Options = list[tuple[str, str]]


class Choices(NamedTuple):
    """Each (value, word). `attribute_rows`: what a row on an attribute begins as, `number:points`."""

    attributes: Options
    attribute_rows: Options
    shapes: dict[str, Shape]
    lists: Options
    segments: Options
    campaigns: Options
    topics: Options
    countries: Options
    languages: Options
    zones: Options
    events: list[str]
    properties: tuple[str, ...]

    def kind_of(self, attribute: str) -> str:
        return self.shapes.get(attribute, Shape()).kind.value

    def options_of(self, attribute: str) -> Options | None:
        """None where any text may be asked for."""
        options = self.shapes.get(attribute, Shape()).options
        return [(each, each) for each in options] or None

    def word(self, among: str, value: str) -> str:
        """What a chosen value is called."""
        options: Options = getattr(self, among)
        return next((word for known, word in options if known == value), value)


async def choices(
    conn: Connection, page: Page, workspace_id: int, names: Names, draft: Group, of: str = ""
) -> Choices:
    """`of`: the id of the segment that is changed, which cannot rest on itself."""
    every = await attributes.known(conn, workspace_id)
    told = {row.one("name") for _, row in nodes(draft) if isinstance(row, Row) and row.kind in _OF_ATTRIBUTES}
    shapes = {name: each.shape for name, each in every.items()} | {
        name: Shape() for name in told if name and name not in every
    }
    known = {name: names.attributes.get(name, name) for name in shapes}
    formats = Formats(page.language)
    called = sorted(known.items(), key=_word)
    own = await events.names(conn, workspace_id)
    return Choices(
        attributes=called,
        attribute_rows=[
            (f"{_ROWS.get(shapes[name].kind, 'text')}:{name}", word)
            for name, word in called
            if name not in every or every[name].archived_at is None
        ],
        shapes=shapes,
        lists=_by_word(names.lists),
        segments=[each for each in _by_word(names.segments) if each[0] != of],
        campaigns=list(names.campaigns.items()),
        topics=_by_word(names.topics) or [("marketing", page.word(mark("Offers and news")))],
        countries=list(countries(page.language)),
        languages=sorted(((code, formats.language(code)) for code in _LANGUAGES), key=_word),
        zones=[(zone, zone.replace("_", " ")) for zone in zones()],
        events=[*own, *(name for name in _EVENTS if name not in own)],
        properties=_PROPERTIES,
    )


_OF_ATTRIBUTES = ("text", "number", "date")
# The other kinds are asked as texts: a choice is one of some, a list has items.
_ROWS = {Kind.NUMBER: "number", Kind.DATE: "date"}


def _by_word(names: dict[str, str]) -> Options:
    return sorted(names.items(), key=_word)


def _word(pair: tuple[str, str]) -> Any:
    return pair[1].casefold()
