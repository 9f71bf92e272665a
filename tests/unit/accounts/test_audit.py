"""Every action that the program records is listed."""

import re
from pathlib import Path

import chappe
from chappe.accounts.audit.actions import ACTIONS
from chappe.accounts.audit.chain import Break, Verifier
from chappe.accounts.audit.pages import TABLE
from chappe.accounts.audit.sealing import Proof
from chappe.cli.audit import said

SOURCE = Path(chappe.__file__).parent
RECORDED = re.compile(r"\baction=\"(\w+\.\w+)\"")


def test_what_is_recorded_is_listed() -> None:
    recorded = {
        (file.name, action)
        for file in SOURCE.rglob("*.py")
        for action in RECORDED.findall(file.read_text(encoding="utf-8"))
    }
    assert [(name, action) for name, action in sorted(recorded) if action not in ACTIONS] == []


def test_every_action_has_words_and_a_place_in_the_filter() -> None:
    words = (SOURCE / "web" / "templates" / "audit" / "words.html").read_text(encoding="utf-8")
    assert set(re.findall(r'"(\w+\.\w+)": _\(', words)) == ACTIONS
    (filtered,) = (each for each in TABLE.filters if each.name == "about")
    assert {thing for thing, _ in filtered.options or ()} == {action.split(".")[0] for action in ACTIONS}


def test_an_empty_chain_is_whole() -> None:
    assert Verifier().read([]) is None
    assert Verifier().end(b"key", 1, None) is None


def test_a_proof_is_said_in_a_line() -> None:
    whole = Proof(workspace_id=1, name="Shop", events=12, erased=1, waiting=2, broken=None)
    assert said(whole) == (
        "ok   workspace 1, Shop: 12 rows, the chain is whole, 1 with erased contents, 2 not sealed yet"
    )
    broken = Proof(workspace_id=1, name="Shop", events=3, erased=0, waiting=0, broken=Break(4, "missing"))
    assert said(broken) == "BAD  workspace 1, Shop: row 4: the row is missing"
