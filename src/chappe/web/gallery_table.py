"""The data table of the gallery: stations of the optical telegraph, read as a list of the application is."""

from dataclasses import dataclass, replace

from chappe.web.filters import Filter, FilterKind
from chappe.web.page import Page
from chappe.web.tables import Column, Shown, Table, View

PATH = "/gallery/table"
# Stations of the lines from Paris and how many kilometres they are from it; some lines closed before others.
_STATIONS = (
    ("Lille", 205, "open"),
    ("Strasbourg", 400, "open"),
    ("Brest", 505, "closed"),
    ("Lyon", 392, "open"),
    ("Toulon", 693, "open"),
    ("Bayonne", 666, "closed"),
    ("Perpignan", 690, "open"),
    ("Metz", 281, "open"),
    ("Dunkerque", 245, "closed"),
)


@dataclass(frozen=True, slots=True)
class Station:
    """`distance` in kilometres."""

    name: str
    distance: int
    state: str


TABLE = Table(
    "gallery",
    columns=(
        Column("name", "Station", sort="name", always=True),
        Column("state", "State"),
        Column("distance", "Kilometres from Paris", sort="distance", figure=True),
        Column("code", "Code", shown=False),
    ),
    filters=(
        Filter("q", "Search", kind=FilterKind.TEXT),
        Filter("state", "State", options=(("open", "Open"), ("closed", "Closed"))),
    ),
    sorts={"name": (str,), "distance": (int, str)},
    default_sort="name",
    page_size=4,
)


def read(page: Page) -> Shown[Station]:
    """The page that the address asks for."""
    view = TABLE.read(page, path=PATH)
    found = _matching(view)
    by = view.sort.removeprefix("-")
    ordered = sorted(found, key=lambda station: _cursor(station, by), reverse=view.sort.startswith("-"))
    if view.after is not None:
        after = tuple(view.after)
        backward = view.sort.startswith("-")
        ordered = [
            each for each in ordered if (_cursor(each, by) < after if backward else _cursor(each, by) > after)
        ]
    return view.page(
        ordered[: view.limit],
        cursor=lambda station: _cursor(station, by),
        key=lambda station: station.name,
        total=len(found),
    )


def nothing(page: Page) -> Shown[Station]:
    """A list that has no row yet."""
    view = replace(TABLE, key="gallery-empty").view(lambda _name: (), path=PATH, csrf=page.csrf)
    return view.page((), cursor=lambda station: (station.name,))


def _matching(view: View) -> list[Station]:
    states, text = view.many("state"), view.one("q").casefold()
    return [
        station
        for station in (Station(*each) for each in _STATIONS)
        if (states is None or station.state in states) and text in station.name.casefold()
    ]


def _cursor(station: Station, by: str) -> tuple[str | int, ...]:
    return (station.distance, station.name) if by == "distance" else (station.name,)
