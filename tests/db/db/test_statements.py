"""Every named statement of every room is prepared against the migrated schema, on both servers.

A typo in SQL cannot ship; nor can a name that a repo.py asks for and queries.sql does not have, or the
reverse.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

import chappe
from chappe.db.pool import Database
from chappe.db.statements import load_statements

SOURCE = Path(chappe.__file__).parent
ROOMS = sorted(
    ".".join(("chappe", *file.parent.relative_to(SOURCE).parts)) for file in SOURCE.rglob("queries.sql")
)


def room_of(module: str) -> str:
    """The room whose statements a module loads or hands on: the nearest above it that has some."""
    return max((room for room in ROOMS if f"{module}.".startswith(f"{room}.")), key=len, default="")


def names_asked_for() -> dict[str, set[str]]:
    """By room: the attributes that any module takes from its loaded statements."""
    asked: dict[str, set[str]] = {room: set() for room in ROOMS}
    for file in SOURCE.rglob("*.py"):
        for module, name in names_in(file.read_text(encoding="utf-8")):
            if room := room_of(module):
                asked[room].add(name)
    return asked


def names_in(source: str) -> Iterator[tuple[str, str]]:
    """Attributes of what `load_statements` gave, with the room of which, or the module that it came from:
    `SQL.name` of one loaded here or imported, `repo.SQL.name`.
    """
    tree = ast.parse(source)
    imported = {
        name.asname or name.name: (node.module or "", name.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    loaded = {name: origin for name, (origin, what) in imported.items() if what == "SQL"} | {
        target.id: room
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (room := room_loaded(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in loaded:
                yield loaded[name], attribute
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr="SQL"), attr=attribute):
                yield ".".join(imported.get(name, ("", ""))), attribute


def room_loaded(value: ast.expr) -> str | None:
    match value:
        case ast.Call(func=ast.Name(id="load_statements"), args=[ast.Constant(value=str(room))]):
            return room
    return None


@pytest.mark.parametrize("room", ROOMS)
async def test_every_statement_is_prepared(room: str, database: Database) -> None:
    statements = load_statements(room)
    wrong = []
    async with database.engine.acquire() as connection:
        for name in statements.names():
            if getattr(statements, name).lstrip("-\n ").lower().startswith("create temp"):
                await connection.execute(getattr(statements, name))  # others are prepared against it
        for name in statements.names():
            try:
                await connection.prepare(getattr(statements, name))
            except asyncpg.PostgresError as error:
                wrong.append(f"{room}.{name}: {error}")
    assert not wrong, "\n".join(wrong)


def test_statements_and_code_agree() -> None:
    wrong = []
    for room, asked in names_asked_for().items():
        there = set(load_statements(room).names())
        wrong += [
            f"{room} asks for {name}, which queries.sql does not have" for name in sorted(asked - there)
        ]
        wrong += [f"{room} never uses the statement {name}" for name in sorted(there - asked)]
    assert not wrong, "\n".join(wrong)


def test_every_statement_says_its_purpose() -> None:
    wrong = []
    for room in ROOMS:
        file = SOURCE.joinpath(*room.split(".")[1:], "queries.sql")
        lines = file.read_text(encoding="utf-8").splitlines()
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if line.startswith("-- name:") and not following.startswith("-- "):
                wrong.append(f"{room}: {line}")
    assert not wrong, "\n".join(wrong)


def test_the_check_finds_what_it_looks_for() -> None:
    source = "SQL = load_statements('chappe.x')\nother.a\nSQL.b\ndef f(): return SQL.c, SQL2.d"
    assert set(names_in(source)) == {("chappe.x", "b"), ("chappe.x", "c")}
    aside = "from chappe.x.repo import SQL as OTHER\nOTHER.e"
    assert list(names_in(aside)) == [("chappe.x.repo", "e")]
    through = "from chappe.x import repo\nrepo.SQL.f"
    assert list(names_in(through)) == [("chappe.x.repo", "f")]
    assert room_of("chappe.contacts.notes.repo") == "chappe.contacts.notes"


def test_statements_are_taken_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "some_room"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "queries.sql").write_text(
        "-- name: slice\n-- Why: it's a slice.\nselect a[1:2], $1::text, ':x' from t;\n\n"
        "-- name: two\n-- Two.\nselect 2;\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    statements = load_statements("some_room")
    assert statements.names() == ["slice", "two"]
    assert statements.slice == "select a[1:2], $1::text, ':x' from t;"
    with pytest.raises(AttributeError, match="no statement named three"):
        statements.three  # noqa: B018 - the look-up is the test
