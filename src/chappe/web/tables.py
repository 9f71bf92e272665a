"""Data tables: what a room declares, what the address asks, what the template shows.

    TABLE = Table(
        "senders",
        columns=(Column("address", mark("Sender"), sort="address", always=True), ...),
        filters=(Filter("kind", mark("Kind"), options=(("short_code", mark("Short code")), ...)), ...),
        sorts={"address": (str, UUID), "created": (UUID,)},
        default_sort="-created",
    )
    view = TABLE.read(page)
    rows = await service.page(conn, ..., sort=view.sort, after=view.after, limit=view.limit)
    shown = view.page(rows, cursor=lambda row: (row.address, row.id), key=public_id_of)

A list is read in either direction of each sort that it offers, its id last and in the same direction. For
the page before, the view asks for the other direction and turns the rows: nobody writes a statement for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from chappe.web import cursors
from chappe.web.cursors import Cursor, Kinds
from chappe.web.filters import Chip, Filter, Options, read_filters
from chappe.web.page import Page

Row = TypeVar("Row")

# Names that filters may not have: the address uses them.
RESERVED = frozenset({"sort", "after", "before"})
COLUMNS_COOKIE = "__Host-chappe-columns-{key}"


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` names the order that its head offers; `figure` aligns numbers; `always` cannot be put away;
    `shown` says whether it is there before anybody chose.
    """

    name: str
    label: str
    sort: str | None = None
    figure: bool = False
    always: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """A row and the key that its checkbox posts."""

    row: Row
    key: str


@dataclass(frozen=True, slots=True)
class Table:
    """One list of the application. `sorts`: by name, the types of a cursor's values in that order."""

    key: str
    columns: Sequence[Column]
    sorts: Mapping[str, Kinds]
    default_sort: str
    filters: Sequence[Filter] = ()
    page_size: int = 50

    def __post_init__(self) -> None:
        offered = {column.sort for column in self.columns if column.sort} | {
            self.default_sort.removeprefix("-")
        }
        if not offered <= set(self.sorts):
            raise ValueError(f"{self.key}: say the types of the cursors of {offered - set(self.sorts)}")
        if taken := RESERVED & {each.name for each in self.filters}:
            raise ValueError(f"{self.key}: a filter cannot be named {taken}")

    def read(self, page: Page, *, options: Mapping[str, Options] | None = None, path: str = "") -> "View":
        """What the address of `page` asks; what it asks wrongly is left out. `options` are those of filters
        whose choices are data; `path` is the list's own address when the page stands at another.
        """
        return self.view(
            page.asked_all,
            options=options,
            path=path or page.path,
            chosen=page.cookie(COLUMNS_COOKIE.format(key=self.key)),
            csrf=page.csrf,
        )

    def view(
        self,
        asked: Callable[[str], Sequence[str]],
        *,
        options: Mapping[str, Options] | None = None,
        path: str = "/",
        chosen: str = "",
        csrf: str = "",
    ) -> "View":
        """As `read`, of whatever answers `asked(name)` with the values of a query."""
        known = (each for each in asked("sort") if each.removeprefix("-") in self.sorts)
        sorted_by = next(known, self.default_sort)
        kinds = self.sorts[sorted_by.removeprefix("-")]
        after = cursors.decode(next(iter(asked("after")), ""), kinds)
        before = None if after else cursors.decode(next(iter(asked("before")), ""), kinds)
        return View(
            table=self,
            path=path,
            sorted_by=sorted_by,
            after=after or before,
            backward=before is not None,
            filters=read_filters(self.filters, asked, options or {}),
            options=options or {},
            columns=self._columns(chosen),
            csrf=csrf,
        )

    def _columns(self, chosen: str) -> tuple[Column, ...]:
        """`chosen`: names with points between them; empty when nobody chose."""
        names = set(chosen.split(".")) & {column.name for column in self.columns}
        if not names:
            return tuple(column for column in self.columns if column.shown or column.always)
        return tuple(column for column in self.columns if column.always or column.name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is asked of a table: give `sort`, `after` and `limit` to the list's statement."""

    table: Table
    path: str
    sorted_by: str
    """As the reader asked: `name`, or `-name` for the other direction."""
    after: Cursor | None
    """The page begins after this key, in the order of `sort`; None on the first page."""
    backward: bool
    filters: Mapping[str, tuple[str, ...]]
    """By filter, the values asked for; those without are not there."""
    options: Mapping[str, Options]
    columns: tuple[Column, ...]
    csrf: str

    @property
    def sort(self) -> str:
        """The order to read in, which is the opposite one on the way back."""
        return _opposite(self.sorted_by) if self.backward else self.sorted_by

    @property
    def limit(self) -> int:
        """Rows to read: one more than the page shows tells whether there is another page."""
        return self.table.page_size + 1

    def one(self, name: str) -> str:
        """The value of a filter that has at most one; empty when it is not set."""
        return next(iter(self.filters.get(name, ())), "")

    def many(self, name: str) -> list[str] | None:
        """The values of a filter, None when it is not set: `$3::text[] is null or state = any($3)`."""
        return list(self.filters[name]) if name in self.filters else None

    def page(
        self,
        rows: Sequence[Row],
        *,
        cursor: Callable[[Row], Cursor],
        key: Callable[[Row], str] = str,
        total: int | None = None,
        most: int = 10_000,
    ) -> "Shown[Row]":
        """`rows` as read with `sort`, `after` and `limit`. `total` when it was counted, up to `most` + 1."""
        more = len(rows) >= self.limit
        kept = list(rows[: self.table.page_size])
        if self.backward:
            kept.reverse()
        earlier = more if self.backward else self.after is not None
        later = self.backward or more
        return Shown(
            view=self,
            lines=[Line(row, key(row)) for row in kept],
            previous=self.address(before=cursors.encode(cursor(kept[0]))) if earlier and kept else None,
            next=self.address(after=cursors.encode(cursor(kept[-1]))) if later and kept else None,
            total=total,
            most=most,
        )

    def address(self, *, sort: str = "", without: Chip | None = None, filters: bool = True, **at: str) -> str:
        """The list's address with its filters, another order, or one chip less. The page is the first one
        unless `after` or `before` says another.
        """
        pairs = [*self._pairs(without)] if filters else []
        order = sort or self.sorted_by
        if order != self.table.default_sort:
            pairs.append(("sort", order))
        pairs += at.items()
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def matching(self) -> str:
        """The filters as a query: what "all that match" posts."""
        return urlencode([*self._pairs(None)])

    @property
    def chips(self) -> list[Chip]:
        """Every value that is filtered by, as the bar shows it."""
        return [
            each.chip(value, self.options.get(each.name))
            for each in self.table.filters
            for value in self.filters.get(each.name, ())
        ]

    def _pairs(self, without: Chip | None) -> Iterable[tuple[str, str]]:
        for name, values in self.filters.items():
            for value in values:
                if without is None or (without.name, without.value) != (name, value):
                    yield name, value


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """A page of a table, for `components/table.html`."""

    view: View
    lines: list[Line[Row]]
    previous: str | None
    next: str | None
    total: int | None = None
    most: int = 10_000

    @property
    def rows(self) -> list[Row]:
        return [line.row for line in self.lines]

    @property
    def capped(self) -> bool:
        """There are more than were counted."""
        return self.total is not None and self.total > self.most

    @property
    def untouched(self) -> bool:
        """Nothing is filtered and this is the first page: without rows, there is nothing at all."""
        return not self.view.filters and self.view.after is None

    def turned(self, column: Column) -> str:
        """The address of the order that a click on this column's head gives."""
        ascending = column.sort or ""
        return self.view.address(sort=_opposite(ascending) if self.view.sorted_by == ascending else ascending)

    def order(self, column: Column) -> str:
        """`ascending`, `descending` or `none`, for aria-sort."""
        if column.sort is None or self.view.sorted_by.removeprefix("-") != column.sort:
            return "none"
        return "descending" if self.view.sorted_by.startswith("-") else "ascending"


def _opposite(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"
