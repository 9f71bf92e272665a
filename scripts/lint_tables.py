"""Checks who touches which table: `tables.toml` names each table's owner and the rooms whose SQL may read it.

    python scripts/lint_tables.py

Only the owner writes, and the rooms of `writers`. A reader is above the owner in the order of rooms
(`.importlinter`), or stands in `below` with its reason. Every table of the migrations is listed, and
nothing else; a room that is named and does nothing with the table is stale.
"""

import configparser
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "chappe"

COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
STRING = re.compile(r"'(?:[^']|'')*'")
CREATED = re.compile(r"^create table (?:if not exists )?(\w+)", re.MULTILINE)
WRITTEN = re.compile(
    r"\b(?:insert into|update|delete from|merge into|truncate(?: table)?)\s+(?:only\s+)?(\w+)", re.I
)
_KEYWORD = r"(?:natural|join|inner|left|right|full|cross|using|on|where|set|group|order|for|limit)\b"
_ITEM = rf"\w+(?:(?:\s+as)?\s+(?!{_KEYWORD})\w+)?"
NAMED_AFTER = re.compile(rf"\b(?:from|join|using)\s+((?:only\s+)?{_ITEM}(?:\s*,\s*{_ITEM})*)", re.I)
COPIED = re.compile(r"copy_(?:records_)?to_table\(\s*[\"'](\w+)[\"']")
# "for update of t", "on conflict … do update set" name no table after "update".
NOT_TABLES = frozenset({"set", "of", "skip", "nowait"})


@dataclass(frozen=True, slots=True)
class Use:
    room: str
    table: str
    written: bool


def main() -> int:
    tables = set(tables_of_migrations())
    listed = tomllib.loads((ROOT / "tables.toml").read_text(encoding="utf-8"))
    found = [*check_list(tables, listed), *check_uses(uses_in_source(tables), listed, room_order())]
    print("\n".join(found) or f"{len(tables)} tables, each with one owner")
    return 1 if found else 0


def tables_of_migrations() -> Iterator[str]:
    for file in sorted((SOURCE / "db" / "migrations").glob("*.sql")):
        yield from CREATED.findall(COMMENT.sub("", file.read_text(encoding="utf-8")))
    yield "schema_migration"


def uses_in_source(tables: set[str]) -> set[Use]:
    """What each room's queries.sql and COPY calls touch."""
    found: set[Use] = set()
    for file in SOURCE.rglob("queries.sql"):
        room = file.relative_to(SOURCE).parts[0]
        found |= {use for use in uses_in_sql(room, file.read_text(encoding="utf-8")) if use.table in tables}
    for file in SOURCE.rglob("*.py"):
        room = file.relative_to(SOURCE).parts[0]
        copied = COPIED.findall(file.read_text(encoding="utf-8"))
        found |= {Use(room, table, written=True) for table in copied if table in tables}
    return found


def uses_in_sql(room: str, sql: str) -> Iterator[Use]:
    text = STRING.sub("''", COMMENT.sub("", sql))
    for table in WRITTEN.findall(text):
        if table.lower() not in NOT_TABLES:
            yield Use(room, table, written=True)
    for items in NAMED_AFTER.findall(text):
        for item in items.split(","):
            words = [word for word in item.split() if word.lower() != "only"]
            yield Use(room, words[0], written=False)


def room_order() -> list[str]:
    """Rooms from high to low, as the import contract has them."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    layers = config["importlinter:contract:rooms"]["layers"].split("\n")
    return [line.strip(" ()") for line in layers if line.strip()]


def check_list(tables: set[str], listed: dict[str, dict[str, object]]) -> Iterator[str]:
    for table in sorted(tables - listed.keys()):
        yield f"tables.toml: {table} has no owner"
    for table in sorted(listed.keys() - tables):
        yield f"tables.toml: {table} is in no migration"


def check_uses(uses: Iterable[Use], listed: dict[str, dict[str, object]], order: list[str]) -> Iterator[str]:
    used_by: dict[str, set[str]] = defaultdict(set)
    for use in sorted(uses, key=lambda use: (use.room, use.table, use.written)):
        entry = listed.get(use.table, {})
        owner = str(entry.get("owner", use.room))
        if use.room == owner:
            continue
        used_by[use.table].add(use.room)
        writers, below = _names(entry, "writers"), _names(entry, "below")
        if use.written and use.room not in writers:
            yield f"{use.room} writes {use.table}, which {owner} owns: ask its service"
        elif use.room not in [*_names(entry, "readers"), *writers, *below]:
            yield f"{use.room} reads {use.table} of {owner}: add it to the readers in tables.toml"
        elif use.room not in below and order.index(use.room) > order.index(owner):
            yield f"{use.room} is below {owner} and uses its {use.table}"
    for table, entry in sorted(listed.items()):
        for room in [name for key in ("readers", "writers", "below") for name in _names(entry, key)]:
            if room not in used_by[table] and (SOURCE / room).is_dir():
                yield f"tables.toml: {room} is named for {table} and does not use it"


def _names(entry: dict[str, object], key: str) -> list[str]:
    names = entry.get(key, [])
    return [str(name) for name in names] if isinstance(names, list) else []


if __name__ == "__main__":
    sys.exit(main())
