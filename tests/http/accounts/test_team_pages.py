"""Team, invitations and workspaces on their pages, without scripts."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chappe.accounts.permission_words import GROUPS, ROLE_NAMES
from chappe.accounts.permissions import Permission, Role

NEW_PASSWORD = "five green arms on a tower"


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def _invite(browser: Any, token: str, email: str, role: str = "agent", **more: str) -> str:
    """The path of the link."""
    page = await browser.post("/team/invite", {"email": email, "role": role} | more, token=token)
    assert page.status_code == 200, page.text
    link = re.search(r"<code>\S*(/invitations/[\w-]{43})</code>", page.text)
    assert link is not None
    return link[1]


@pytest.fixture
async def stranger(server: Any, browser: Any) -> AsyncIterator[Any]:
    """Another browser, which has logged in nowhere."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:
        other = type(browser)(http)
        await other.get("/login")
        yield other


async def _join(stranger: Any, link: str) -> str:
    """Makes an account; the token of its forms."""
    joined = await stranger.post(link, {"name": "Ada", "password": NEW_PASSWORD})
    assert (joined.status_code, joined.headers["location"]) == (303, "/?notice=joined")
    return str(stranger.cookies["__Host-chappe-csrf"])


async def _recorded(server: Any) -> list[str]:
    rows = await server.database.engine.fetch("select action from audit_event order by at, id")
    return [row["action"] for row in rows]


async def test_somebody_is_invited_joins_and_is_removed(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    link = await _invite(browser, token, "ada@example.com", "analyst", may_send="1")
    assert "ada@example.com" in (await browser.get("/team")).text
    await _join(stranger, link)
    assert (await stranger.get("/")).status_code == 200
    assert (await stranger.get("/team")).status_code == 403
    listed = (await browser.get("/team")).text
    [member] = set(re.findall(r"/team/(usr_[0-9a-f]{32})/remove", listed)) - set(
        re.findall(r"/team/(usr_[0-9a-f]{32})/remove", listed[: listed.index("Ada")])
    )
    assert (await browser.post(f"/team/{member}/remove", {}, token=token)).status_code == 303
    assert (await stranger.get("/")).headers["location"].startswith("/login")
    assert [action for action in await _recorded(server) if not action.startswith("session.")] == [
        "invitation.sent",
        "invitation.accepted",
        "member.joined",
        "member.removed",
    ]


async def test_a_link_works_once_and_says_so(server: Any, browser: Any, stranger: Any, token: str) -> None:
    link = await _invite(browser, token, "ada@example.com")
    await _join(stranger, link)
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.post(link, {"name": "Eve", "password": NEW_PASSWORD})).status_code == 404


async def test_a_weak_password_and_no_name_are_said_at_their_fields(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    link = await _invite(browser, token, "ada@example.com")
    answer = await stranger.post(link, {"name": "Ada", "password": "short"})
    assert answer.status_code == 422
    assert 'value="Ada"' in answer.text
    assert 'id="password-error" class="field-error">' in answer.text
    assert (await stranger.post(link, {"name": " ", "password": NEW_PASSWORD})).status_code == 422


async def test_who_is_somebody_else_is_told_to_log_out(server: Any, browser: Any, token: str) -> None:
    link = await _invite(browser, token, "ada@example.com")
    assert "Log out, then follow the link again" in (await browser.get(link)).text
    refused = await browser.post(link, {}, token=token)
    assert refused.headers["location"] == link
    assert await server.database.engine.fetchval("select count(*) from membership") == 1


async def test_a_known_person_logs_in_and_joins_and_goes_on_there(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    theirs = await _join(stranger, await _invite(browser, token, "ada@example.com"))
    made = await stranger.post("/workspaces/new", {"name": "Ada & co"}, token=theirs)
    assert made.headers["location"] == "/?notice=workspace_created"
    link = await _invite(stranger, theirs, "owner@localhost", "analyst")
    assert "Ada &amp; co" in (await browser.get(link)).text
    assert (await browser.post(link, {}, token=token)).status_code == 303
    page = (await browser.get("/workspaces")).text
    assert "Ada &amp; co" in page
    assert "Analyst" in page
    # An analyst there: no team page; an owner again at home.
    assert (await browser.get("/team")).status_code == 403
    [home] = re.findall(r'value="(wsp_[0-9a-f]{32})">Go there', page)
    assert (await browser.post("/workspaces/switch", {"workspace": home}, token=token)).status_code == 303
    assert (await browser.get("/team")).status_code == 200


async def test_what_is_wrong_with_an_invitation_is_said_at_its_field(browser: Any, token: str) -> None:
    for form in ({"email": "nobody", "role": "agent"}, {"email": "owner@localhost", "role": "agent"}):
        note = await browser.post("/team/invite", form, token=token)
        assert note.status_code == 422
        assert 'id="email-error" class="field-error">' in note.text
    typed = {"email": "nobody", "role": "agent", "_field": "email"}
    assert "name@example.com" in (await browser.post("/team/invite/validate", typed, token=token)).text


async def test_the_last_owner_cannot_be_changed_or_removed(server: Any, browser: Any, token: str) -> None:
    [member] = set(re.findall(r"/team/(usr_[0-9a-f]{32})/remove", (await browser.get("/team")).text))
    for path, form in ((f"/team/{member}", {"role": "agent"}), (f"/team/{member}/remove", {})):
        answer = await browser.post(path, form, token=token)
        assert answer.status_code == 409
        assert "keeps one owner" in answer.text
    assert await server.database.engine.fetchval("select role from membership") == "owner"


async def test_a_revoked_invitation_leads_nowhere(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    link = await _invite(browser, token, "ada@example.com")
    [path] = re.findall(r'action="(/team/invitations/inv_\w+/revoke)"', (await browser.get("/team")).text)
    assert (await browser.post(path, {}, token=token)).headers[
        "location"
    ] == "/team?notice=invitation_revoked"
    assert (await stranger.get(link)).status_code == 404


async def test_sending_is_withheld_from_who_may_write(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    theirs = await _join(stranger, await _invite(browser, token, "ada@example.com", "marketer"))
    campaign = "cmp_" + "0" * 32
    answer = await stranger.post(f"/campaigns/{campaign}/pause", {}, token=theirs)
    assert answer.status_code == 403
    await server.database.engine.execute("update membership set may_send = true")
    answer = await stranger.post(f"/campaigns/{campaign}/pause", {}, token=theirs)
    assert answer.status_code == 404


async def test_the_table_of_rights_is_the_one_the_server_asks(browser: Any, token: str) -> None:
    page = (await browser.get("/team/roles")).text
    for role in Role:
        assert ROLE_NAMES[role] in page
    listed = [permission for _, lines in GROUPS for permission, _ in lines]
    assert sorted(listed) == sorted(Permission)
    for _, lines in GROUPS:
        for _, words in lines:
            assert words in page


async def test_the_last_owner_cannot_leave_and_others_can(
    server: Any, browser: Any, stranger: Any, token: str
) -> None:
    [path] = set(re.findall(r'href="(/workspaces/wsp_\w+/leave)"', (await browser.get("/workspaces")).text))
    assert (await browser.post(path, {}, token=token)).status_code == 409
    theirs = await _join(stranger, await _invite(browser, token, "ada@example.com"))
    left = await stranger.post(path, {}, token=theirs)
    assert left.headers["location"] == "/login"
