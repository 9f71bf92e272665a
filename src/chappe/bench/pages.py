"""Pages on a workspace of a million contacts and two million messages: each asked for signed in, over HTTP,
of the web role as `chappe web` runs it, one request after another.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import uvloop

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.app.listening import listening_socket
from chappe.bench import history
from chappe.bench.ground import role
from chappe.bench.place import place
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.config.settings import Settings
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock

CONTACTS: Final = history.CONTACTS
_TIMES: Final = 20
_PASSWORD: Final = "correct horse battery"  # noqa: S105 (of a folder that is gone afterwards)

# By the name in the report; {contact} and {list} are found first.
PAGES: Final = {
    "home": "/",
    "contacts, newest": "/contacts",
    "contacts, oldest": "/contacts?sort=created",
    "contacts by name": "/contacts?sort=name",
    "contacts by name, Z to A": "/contacts?sort=-name",
    "search m": "/contacts?q=m&sort=name",
    "search ma": "/contacts?q=ma&sort=name",
    "search mar": "/contacts?q=mar&sort=name",
    "search mart": "/contacts?q=mart&sort=name",
    "search marti": "/contacts?q=marti&sort=name",
    "search é": "/contacts?q=%C3%A9&sort=name",
    "search anna b": "/contacts?q=anna+b",
    "search 06 12": "/contacts?q=06+12",
    "search the last digits": "/contacts?q=4217",
    "search nobody": "/contacts?q=zzzz",
    "state blocked": "/contacts?state=blocked&sort=name",
    "state archived": "/contacts?state=archived",
    "country of one in fifty": "/contacts?country=GB&sort=name",
    "country of ten": "/contacts?country=LU&sort=name",
    "consent granted": "/contacts?consent=granted&sort=name",
    "consent withdrawn": "/contacts?consent=withdrawn&sort=name",
    "consent never asked": "/contacts?consent=none",
    "two filters, few pass both": "/contacts?country=BE&state=blocked&sort=name",
    "contact": "{contact}",
    "lists": "/lists",
    "list of a million": "{list}?sort=name",
    "campaigns": "/campaigns",
    "message log": "/messages",
    "suppression list": "/suppressions",
}


def run(people: int = CONTACTS) -> dict[str, Any]:
    """p50 and p95 in milliseconds of each page, at the client, and how long the filling took."""
    return uvloop.run(_run(people))


async def _run(people: int) -> dict[str, Any]:
    with place() as settings:
        async with open_database(settings, exclusive=True) as db:
            started = time.perf_counter()
            await fill(db, people)
            filled = time.perf_counter() - started
            return {
                "contacts": people,
                "messages": 2 * people,
                "filled_in_s": round(filled, 1),
                "pages": await _measured(settings),
            }


async def fill(db: Database, people: int, messages: int | None = None, campaigns: int = 20) -> int:
    """The workspace, with so many contacts and twice as many messages where nothing else is said; its id."""
    async with db.engine_transaction() as conn:
        await accounts.first_run(conn, Passwords(), password=_PASSWORD)
        workspace = await accounts.default_workspace(conn)
        sender = await carriers.create_sender(conn, workspace, address="36180", kind=SenderKind.SHORT_CODE)
    today = SystemClock().now().date()
    sent = 2 * people if messages is None else messages
    await history.fill(db, workspace, sender.id, today, contacts=people, messages=sent, campaigns=campaigns)
    return workspace


async def _measured(settings: Settings) -> dict[str, dict[str, float]]:
    async with signed_in_client(settings) as http:
        known = {
            "contact": await first(http, "/contacts?q=marti", r'href="(/contacts/con_\w+)"'),
            "list": await first(http, "/lists?q=everybody", r'href="(/lists/lst_\w+)"'),
        }
        return {name: await asked(http, path.format(**known)) for name, path in PAGES.items()}


@asynccontextmanager
async def signed_in_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The web role on a port of its own, and somebody who has logged in."""
    listener = listening_socket(settings)
    port, fd = listener.getsockname()[1], listener.fileno()
    async with role("web", settings, "--fd", str(fd), descriptors=(fd,)):
        listener.close()
        # Secure cookies are kept by hand: the client drops them on HTTP.
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60, headers={"accept": "text/html"}
        ) as http:
            await http.get("/readyz")
            http.headers["cookie"] = await signed_in(http)
            yield http


async def signed_in(http: httpx.AsyncClient) -> str:
    page = await http.get("/login")
    cookies = _cookies([page])
    form = {"email": "owner@localhost", "password": _PASSWORD, "_csrf_token": cookies["__Host-chappe-csrf"]}
    answer = await http.post("/login", data=form, headers={"cookie": _header(cookies)})
    return _header(cookies | _cookies([answer]))


def _cookies(answers: Sequence[httpx.Response]) -> dict[str, str]:
    lines = [line.split(";")[0] for answer in answers for line in answer.headers.get_list("set-cookie")]
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def first(http: httpx.AsyncClient, path: str, pattern: str) -> str:
    found = re.search(pattern, (await http.get(path)).text)
    assert found is not None, f"{path} shows none"
    return found[1]


async def asked(http: httpx.AsyncClient, path: str) -> dict[str, float]:
    times = []
    for _ in range(_TIMES + 1):
        started = time.perf_counter()
        answer = await http.get(path)
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        await asyncio.sleep(0)
    # The first one meets a cold cache and statements that were never planned.
    warm = sorted(times[1:])
    return {
        "p50": round(warm[len(warm) // 2], 1),
        "p95": round(warm[len(warm) * 95 // 100], 1),
        "first": round(times[0], 1),
    }
