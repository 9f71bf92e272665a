"""Named SQL: one `queries.sql` per room, read by the room's `repo.py` alone.

    -- name: contacts_by_phone
    -- The contacts of a workspace with these numbers.
    select … where workspace_id = $1 and phone = any($2::bigint[]);

aiosql reads the files; the statements are written with PostgreSQL's own `$1`, so what is in the file is
what is prepared, and slices such as `a[1:2]` are left alone.
"""

from importlib import resources
from typing import cast

from aiosql.query_loader import QueryLoader
from aiosql.types import DriverAdapterProtocol


class Statements:
    """The statements of a file by attribute. AttributeError names one that is not there."""

    def __init__(self, room: str, by_name: dict[str, str]) -> None:
        self._room = room
        self._by_name = by_name

    def __getattr__(self, name: str) -> str:
        try:
            return self._by_name[name]
        except KeyError:
            raise AttributeError(f"queries.sql of {self._room} has no statement named {name}") from None

    def names(self) -> list[str]:
        return list(self._by_name)


class _AsWritten:
    """The one part of an aiosql driver that reading needs: it leaves the text as it is."""

    def process_sql(self, query_name: str, op_type: object, sql: str) -> str:
        return sql


def load_statements(room: str) -> Statements:
    """The statements of `room` (a package, `chappe.contacts`). FileNotFoundError when it has no
    queries.sql.
    """
    text = resources.files(room).joinpath("queries.sql").read_text(encoding="utf-8")
    loader = QueryLoader(cast(DriverAdapterProtocol, _AsWritten()), None, mandatory_parameters=False)
    by_name: dict[str, str] = {}
    for query in loader.load_query_data_from_sql(text, []):
        if query.query_name in by_name:
            raise ValueError(f"queries.sql of {room} names {query.query_name} twice")
        by_name[query.query_name] = query.sql
    return Statements(room, by_name)
