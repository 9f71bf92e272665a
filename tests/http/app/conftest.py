"""Another workspace with one of everything, made through its own API: what the walk tries to reach."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from chappe.accounts import audit
from chappe.accounts import repo as people
from chappe.accounts import service as accounts
from chappe.accounts.mails import Outbox
from chappe.accounts.model import KEY_ID, USER_ID, WORKSPACE_ID, User
from chappe.accounts.permissions import Role
from chappe.accounts.team import service as team
from chappe.accounts.team.model import INVITATION_ID
from chappe.contacts import bulk
from chappe.contacts.bulk import BULK_ID, Whom
from chappe.contacts.events import By, Deed
from chappe.db.keys import InstanceKeys
from chappe.inbox import replies
from chappe.inbox.model import REPLY_ID
from chappe.kit.clock import SystemClock
from chappe.kit.ids import public_id, uuid7
from chappe.signup.jobs import run_next_import

# In every name and text of theirs: no answer to us may hold it.
CANARY = "Zanzibar"
THEIR_PHONE = "+33699999991"
_CONSENT = {"basis": "express", "source": CANARY, "text": f"{CANARY} may write to me"}


@dataclass(frozen=True, slots=True)
class Theirs:
    """Ids by kind, as they stand in addresses."""

    workspace_id: int
    ids: dict[str, str]
    database: Any

    async def rows(self) -> dict[str, list[str]]:
        """Everything they have, by table: it must be the same after the walk."""
        engine = self.database.engine
        tables = await engine.fetch(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where a.attname = 'workspace_id' and not a.attisdropped and c.relkind in ('r', 'p') "
            "and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1"
        )
        return {
            name: [
                row[0]
                for row in await engine.fetch(
                    f"select t::text from {name} as t where workspace_id = $1 order by 1", self.workspace_id
                )
            ]
            for (name,) in tables
        }


@pytest.fixture
async def theirs(server: Any, keys: InstanceKeys) -> Theirs:
    key = await server.other_workspace()
    async with server.client(key) as client:
        ids = await _made(client, server)
    workspace_id = await server.database.engine.fetchval("select max(id) from workspace")
    ids |= await _people(server, keys, workspace_id)
    return Theirs(workspace_id, ids, server.database)


async def _people(server: Any, keys: InstanceKeys, workspace_id: int) -> dict[str, str]:
    """Somebody of theirs, whom they have invited, and their key."""
    owner = User(id=uuid7(), email="owner@zanzibar.example", name=f"{CANARY} owner", language=None)
    async with server.database.engine_transaction() as conn:
        await people.add_user(conn, owner, "no hash")
        await people.add_membership(conn, workspace_id, owner.id, Role.OWNER)
        invited = await team.invite(
            conn,
            SystemClock(),
            workspace_id,
            asker=owner.id,
            email="invited@zanzibar.example",
            role=Role.AGENT,
            may_send=True,
        )
        [key] = await accounts.keys_of(conn, workspace_id)
    return {
        "member": public_id(USER_ID, owner.id),
        "invitation": public_id(INVITATION_ID, invited.id),
        "key": public_id(KEY_ID, key.id),
        "workspace": keys.ids.encode(WORKSPACE_ID, workspace_id),
    }


async def _made(client: httpx.AsyncClient, server: Any) -> dict[str, str]:
    async def post(path: str, body: dict[str, Any]) -> str:
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code in (200, 201, 202), answer.text
        made: str = answer.json()["id"]
        return made

    assert (await client.post("/v1/attributes", json={"label": CANARY})).status_code == 201

    settings = {"host": "127.0.0.1", "port": 2775, "system_id": CANARY, "password": "secret"}
    carrier = await post("carriers", {"name": f"{CANARY} carrier", "kind": "smpp", "settings": settings})
    sender = await post("senders", {"address": CANARY, "kind": "alphanumeric"})
    listed = await post("lists", {"name": f"{CANARY} list"})
    audience = {"include": [listed], "exclude": []}
    draft = {"name": f"{CANARY} campaign", "purpose": "marketing", "sender_id": sender, "body": CANARY}
    message = {"to": THEIR_PHONE, "sender_id": sender, "body": CANARY, "purpose": "transactional"}
    about = {"kind": "access", "phone": THEIR_PHONE, "identity": CANARY, "note": CANARY}
    asked = await post("requests", about)
    imported = await _import(client, server, listed)
    contact = (await client.get("/v1/contacts")).json()["data"][0]["id"]
    return {
        "carrier": carrier,
        "route": (await client.get("/v1/routes")).json()["data"][0]["id"],
        "sender": sender,
        "list": listed,
        "import": imported,
        "segment": await post(
            "segments", {"name": f"{CANARY} people", "rule": {"kind": "country", "values": ["FR"]}}
        ),
        "domain": await post("link-domains", {"host": f"{CANARY}.example.com"}),
        "link": await post("links", {"url": "https://shop.example.com/", "label": CANARY}),
        "offer": await post("offers", {"name": f"{CANARY} offer", "codes": ["THEIRS-1"]}),
        "topic": await post("topics", {"name": f"{CANARY} news"}),
        "media": await _picture(client),
        "template": await post("templates", {"name": CANARY, "body": CANARY}),
        "form": await post("forms", {"name": f"{CANARY} form"}),
        "contact": contact,
        "consent_event": (await client.get("/v1/consents")).json()["data"][0]["id"],
        "who": contact,
        "reply": await _canned_reply(server),
        "bulk": await _bulk(server),
        "suppression": await post("suppressions", {"phone": "+33699999992", "reason": CANARY}),
        "campaign": await post("campaigns", draft | {"audience": audience}),
        "message": await post("messages", message),
        "stop_list": await _stop_list(client),
        "export": await post("exports", {"kind": "contacts"}),
        "asked": asked,
        "request": asked,
        **await _of_people(server),
    }


async def _import(client: httpx.AsyncClient, server: Any, listed: str) -> str:
    file = f"phone;first_name\n{THEIR_PHONE};{CANARY}\nno number;{CANARY}\n".encode()
    form = {"list_id": listed, "default_country": "FR", "consent": json.dumps(_CONSENT)}
    answer = await client.post("/v1/imports", data=form, files={"file": (f"{CANARY}.csv", file, "text/csv")})
    assert answer.status_code == 202, answer.text
    assert await run_next_import(server.database, SystemClock())
    made: str = answer.json()["id"]
    return made


async def _stop_list(client: httpx.AsyncClient) -> str:
    files = {"file": (f"{CANARY}.csv", f"{THEIR_PHONE}\n".encode(), "text/csv")}
    made: str = (await client.post("/v1/suppressions/lists", files=files)).json()["id"]
    return made


async def _bulk(server: Any) -> str:
    async with server.database.engine_transaction() as conn:
        workspace_id = await conn.fetchval("select max(id) from workspace")
        begun = await bulk.start(conn, workspace_id, Deed.BLOCKED, Whom(), By(None, CANARY))
        done = await bulk.finish(conn, begun, SystemClock())
    return public_id(BULK_ID, done.id)


async def _of_people(server: Any) -> dict[str, str]:
    """Somebody of theirs who has logged in, what they did, and a mail to them."""
    user_id, outbox = (
        uuid7(),
        Outbox(InstanceKeys.derive(b"chappe test secret key, 32 bytes"), "", sends=False),
    )
    async with server.database.engine_transaction() as conn:
        workspace_id = await conn.fetchval("select max(id) from workspace where test_of is null")
        await conn.execute(
            "insert into user_account (id, email, name, password_hash) values ($1, $2, $3, '')",
            user_id,
            f"{CANARY}@example.org",
            CANARY,
        )
        await conn.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, 'owner')",
            workspace_id,
            user_id,
        )
        session_id = await conn.fetchval(
            "insert into web_session (token_hash, workspace_id, user_id, expires_at) "
            "values ('', $1, $2, now() + interval '1 day') returning id",
            workspace_id,
            user_id,
        )
        await audit.record(
            conn, workspace_id=workspace_id, actor=audit.Person(user_id), action="list.created", target=CANARY
        )
        await outbox.post(
            conn, "reset", to=f"{CANARY}@example.org", language="en", user_id=user_id, name=CANARY
        )
        event_id = await conn.fetchval("select id from audit_event where target = $1", CANARY)
        mail_id = await conn.fetchval("select id from outgoing_mail where user_id = $1", user_id)
    return {
        "session": public_id("ses", session_id),
        "event": public_id("aud", event_id),
        "mail": public_id("eml", mail_id),
    }


async def _canned_reply(server: Any) -> str:
    async with server.database.engine_transaction() as conn:
        workspace_id = await conn.fetchval("select max(id) from workspace")
        made = await replies.save(conn, workspace_id, None, CANARY, f"{CANARY} at your service")
    return public_id(REPLY_ID, made.id)


async def _picture(client: httpx.AsyncClient) -> str:
    # One pixel.
    gif = bytes.fromhex("47494638396101000100800000ffffff0000002c00000000010001000002024401003b")
    answer = await client.post("/v1/media", data={"alt": CANARY}, files={"file": ("a.gif", gif, "image/gif")})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made
