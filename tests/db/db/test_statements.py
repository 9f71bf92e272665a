"""Every named statement of every room is prepared against the migrated schema, on both servers.

A typo in SQL cannot ship; nor can a name that a repo.py asks for and queries.sql does not have, or the
reverse.
"""

import ast
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


def names_asked_for(room: str) -> set[str]:
    """The attributes that the modules of a room take from their loaded statements."""
    folder = SOURCE.joinpath(*room.split(".")[1:])
    return set().union(*(names_in(file.read_text(encoding="utf-8"), room) for file in folder.glob("*.py")))


def names_in(source: str, room: str) -> set[str]:
    """Attributes of what `load_statements` gave, here or in the module that SQL is imported from."""
    tree = ast.parse(source)
    imported = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{room}.")
        for name in node.names
        if name.name == "SQL"
    }
    loaded = imported | {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and calls_loader(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in loaded
    }


def calls_loader(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "load_statements"
    )


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
    for room in ROOMS:
        there, asked = set(load_statements(room).names()), names_asked_for(room)
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
    assert names_in(source, "chappe.x") == {"b", "c"}
    assert names_in("from chappe.x.repo import SQL\nSQL.e", "chappe.x") == {"e"}


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
