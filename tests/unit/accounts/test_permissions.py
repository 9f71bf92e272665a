"""The one table of permissions: complete, in words, and the same in the documentation."""

import runpy
from pathlib import Path

from chappe.accounts.model import ALL_SCOPES
from chappe.accounts.permission_words import GROUPS, ROLE_NAMES, ROLE_SENTENCES
from chappe.accounts.permissions import ROLES, SENDING, Permission, Role, permissions_of

ROOT = Path(__file__).parents[3]


def test_every_permission_and_role_has_words_once() -> None:
    listed = [permission for _, lines in GROUPS for permission, _ in lines]
    assert sorted(listed) == sorted(Permission)
    assert set(ROLE_NAMES) == set(ROLE_SENTENCES) == set(ROLES) == set(Role)


def test_every_scope_of_a_key_is_a_permission() -> None:
    assert set(Permission) >= ALL_SCOPES


def test_who_may_write_may_read() -> None:
    for role, allowed in ROLES.items():
        for permission in allowed:
            thing, _, what = permission.partition(":")
            if what in ("write", "send"):
                assert f"{thing}:read" in allowed, f"{role} {permission}"


def test_sending_is_withheld_without_anything_else() -> None:
    for role in Role:
        assert permissions_of(role) - permissions_of(role, may_send=False) == ROLES[role] & SENDING


def test_only_owners_and_admins_decide_about_people() -> None:
    assert {role for role in Role if Permission.TEAM_WRITE in ROLES[role]} == {Role.OWNER, Role.ADMIN}


def test_the_reference_is_written_as_the_table_is() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "permissions_doc.py"))["written"]()
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8")
    assert page == written, "run scripts/permissions_doc.py"
