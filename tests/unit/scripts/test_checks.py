"""The project's own checks find what they look for, and leave good files alone."""

from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph
from scripts.import_contracts import DoorsContract
from scripts.lint_hosts import complaints
from scripts.lint_tables import Use, check_list, check_uses, uses_in_sql

ORDER = ["engine", "campaigns", "messages", "contacts", "db"]
TABLES = {
    "message": {"owner": "messages", "writers": ["engine"], "readers": ["campaigns"]},
    "contact": {"owner": "contacts", "below": ["db"]},
}


def test_sql_names_what_it_reads_and_writes() -> None:
    sql = """
    -- from comment, and update nothing
    with due as (select id from message m, list l join only contact c using (id) where body = 'from x')
    insert into message_state (id) select id from due on conflict do update set n = 1;
    delete from only chunk using link where true; select 1 from a join d on true for update of b
    """
    found = list(uses_in_sql("engine", sql))
    assert {use.table for use in found if use.written} == {"message_state", "chunk"}
    read = {use.table for use in found if not use.written}
    assert {"message", "contact", "list", "due", "link", "a", "d"} <= read
    assert not {use.table for use in found} & {"comment", "nothing", "x", "set", "of", "b"}


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (Use("messages", "message", written=True), ""),
        (Use("engine", "message", written=True), ""),
        (Use("campaigns", "message", written=False), ""),
        (Use("db", "contact", written=False), ""),
        (Use("campaigns", "message", written=True), "campaigns writes message, which messages owns"),
        (Use("engine", "contact", written=False), "add it to the readers"),
        (Use("contacts", "message", written=False), "contacts reads message of messages"),
    ],
)
def test_only_the_owner_and_the_named_rooms_touch_a_table(use: Use, says: str) -> None:
    found = [line for line in check_uses([use], TABLES, ORDER) if not line.startswith("tables.toml")]
    assert len(found) == bool(says)
    assert says in "".join(found)


def test_a_reader_under_the_owner_needs_a_reason() -> None:
    table = {"message": {"owner": "messages", "readers": ["contacts"]}}
    uses = [Use("contacts", "message", written=False)]
    assert "contacts is below messages and uses its message" in list(check_uses(uses, table, ORDER))


def test_stale_and_missing_entries_are_named() -> None:
    assert list(check_list({"message", "new"}, TABLES)) == [
        "tables.toml: new has no owner",
        "tables.toml: contact is in no migration",
    ]
    stale = "tables.toml: engine is named for message and does not use it"
    assert stale in list(check_uses([], TABLES, ORDER))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("pip install --require-hashes -r requirements/dev.txt", 0),
        ("curl http://127.0.0.1:8080/healthz", 0),
        ('    "url": "https://github.com/sponsors/someone"', 0),
        ("--extra-index-url https://registry.invalid/simple", 2),
        ('      "resolved": "https://registry.invalid/x.tgz",', 2),
        ("registry=https://registry.invalid/", 2),
        ("x @ git+https://host.invalid/x.git", 1),
    ],
)
def test_host_names_are_found(text: str, count: int) -> None:
    assert len(list(complaints("file", text))) == count


def graph_of(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.fixture
def doors() -> DoorsContract:
    options: dict[str, Any] = {
        "root": "chappe",
        "domains": ["contacts", "messages"],
        "closed": ["repo", "jobs", "api"],
        "runners": ["engine"],
        "composers": ["app"],
    }
    session = {"root_packages": ["chappe"]}
    return DoorsContract(name="doors", session_options=session, contract_options=options)


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("chappe.messages.service", "chappe.contacts.service", True),
        ("chappe.messages.service", "chappe.contacts.merging", True),
        ("chappe.contacts.service", "chappe.contacts.repo", True),
        ("chappe.messages.service", "chappe.contacts.repo", False),
        ("chappe.messages.pages", "chappe.contacts.api.keys", False),
        ("chappe.engine.worker", "chappe.contacts.jobs", True),
        ("chappe.engine.worker", "chappe.contacts.repo", False),
        ("chappe.messages.service", "chappe.contacts.jobs", False),
        ("chappe.app.build", "chappe.contacts.repo", True),
        ("chappe.messages.service", "chappe.db.repo", True),
    ],
)
def test_rooms_are_entered_by_their_doors(
    doors: DoorsContract, importer: str, imported: str, kept: bool
) -> None:
    assert doors.check(graph_of((importer, imported)), verbose=False).kept is kept


def test_the_contracts_of_this_project_are_read() -> None:
    assert "contract_types" in (Path(__file__).parents[3] / ".importlinter").read_text()
