"""The first owner: offered by a link on the terminal, claimed on a page. Nothing here commits."""

from uuid import UUID

from chappe.accounts.model import User
from chappe.accounts.passwords import Passwords
from chappe.accounts.team.service import checked_email, checked_name
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.crypto import new_token, sha256
from chappe.kit.errors import Problem

SQL = load_statements("chappe.accounts.claiming")


class UsedLink(Problem):
    """The link is not the last one printed, or was followed to its end."""

    code = "used_link"
    status = 404
    title = "This link is not good any more"


async def offer(conn: Connection, workspace_id: int, user_id: UUID) -> str:
    """A token for the address of a new link."""
    token = new_token()
    await conn.execute(SQL.offer, user_id, workspace_id, sha256(token))
    return token


async def offer_again(conn: Connection) -> str | None:
    """A token that replaces the last one; None when the account was claimed."""
    token = new_token()
    return token if await conn.fetchval(SQL.offer_again, sha256(token)) is not None else None


async def check(conn: Connection, token: str) -> None:
    """UsedLink."""
    if not await conn.fetchval(SQL.offered, sha256(token)):
        raise _used()


async def claim(
    conn: Connection,
    passwords: Passwords,
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    language: str,
) -> tuple[int, User]:
    """The workspace and the person who owns it from now on. UsedLink, BadName, BadEmail, and what
    `Passwords.hash` raises: then the link stays good.
    """
    address, called = checked_email(email), checked_name(name)
    hashed = await passwords.hash(password)
    row = await conn.fetchrow(SQL.take, sha256(token))
    if row is None:
        raise _used()
    user = User(id=row["user_id"], email=address, name=called, language=language)
    await conn.execute(SQL.become, user.id, user.email, user.name, hashed, language)
    return row["workspace_id"], user


def _used() -> UsedLink:
    return UsedLink("Start the program again: it prints a new link as long as nobody has claimed it.")
