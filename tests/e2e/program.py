"""The whole program as a person starts it (`chappe serve --lab`), with customers in it."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.accounts.permissions import Role
from chappe.app.lab_address import find_lab
from chappe.config.settings import Settings
from chappe.db.demo import move_demo_clock
from chappe.db.open import open_database
from chappe.kit.ids import uuid7

EMAIL, PASSWORD = "owner@localhost", "correct horse battery"
SENDER, NAME = "36179", "TELEGRAPHE"
BRAND = "Télégraphe"
LIST, FEW = "Clients", "Quelques clients"
_PARIS = ZoneInfo("Europe/Paris")
_READY_WITHIN = 60.0
# One for all: each would read the authorities' certificates anew.
_CLIENT = httpx.Client(trust_env=False, timeout=20)
atexit.register(_CLIENT.close)
# The gallery of components is served too.
_DEVELOPING = os.environ | {"CHAPPE_DEVELOPMENT": "1"}
SCENARIO = """
seed = 1
[[carriers]]
name = "demo"
binds = { credentials = { demo = "demo" } }
answers = { delay = [0.005, 0.02], parts_per_second = 500 }
receipts = { delay = [0.2, 0.8] }
"""


def wait_until(holds: Callable[[], Any], within: float = 20.0) -> Any:
    """What `holds` returns once it is true; fails the test when that takes longer than `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
    return found


@dataclass
class Program:
    """A running program: where it is, and its API with a key of every scope."""

    url: str
    home: Path
    key: str
    senders: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    carrier: str = ""
    until = staticmethod(wait_until)

    def api(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.key}"}
        response = _CLIENT.request(method, f"{self.url}/v1{path}", json=body, headers=headers)
        assert response.is_success, response.text
        return dict(response.json())

    def campaign(
        self, name: str, body: str, *, sender: str = SENDER, rate: int | None = None, to: str = LIST
    ) -> str:
        """A campaign that is being sent: its id."""
        made = self.api(
            "POST",
            "/campaigns",
            {
                "name": name,
                "purpose": "marketing",
                "audience": {"include": [self.lists[to]]},
                "sender_id": self.senders[sender],
                "body": body,
                "parts_per_second": rate,
            },
        )
        self.api("POST", f"/campaigns/{made['id']}/send")
        return str(made["id"])

    def import_again(self, times: int) -> str:
        """Begins an import of people who are there already, each so many times: its id."""
        return self.begin_import("again.csv", ["Prénom;Téléphone", *people_rows(700) * times])

    def begin_import(self, filename: str, lines: list[str]) -> str:
        """Begins an import of these lines into LIST: its id."""
        table = "\n".join(lines).encode("utf-8-sig")
        response = _CLIENT.post(
            f"{self.url}/v1/imports",
            files={"file": (filename, table, "text/csv")},
            data={"list_id": self.lists[LIST], "default_country": "FR"},
            headers={"authorization": f"Bearer {self.key}"},
        )
        assert response.is_success, response.text
        return str(response.json()["id"])

    def person(self, role: Role) -> str:
        """Somebody of the workspace in this role, with PASSWORD: their e-mail."""
        return _apart(_add_person(self.home, role))

    def phone_writes(self, number: str, text: str, to: str = SENDER) -> None:
        """A phone of the lab sends a text."""
        self._lab("POST", f"/phones/{number}/messages", {"to": to, "text": text})

    def phone_shows(self, number: str) -> list[str]:
        """The texts on a phone of the lab, its own among them."""
        return [message["text"] for message in self._lab("GET", f"/phones/{number}")["messages"]]

    def phone_opens(self, number: str, agent: str = "iphone") -> None:
        """A phone of the lab opens the last link that it got, as a person does, or a program (`scanner`)."""
        self._lab("POST", f"/phones/{number}/clicks", {"agent": agent})

    def phone_got(self, number: str) -> list[dict[str, Any]]:
        """The texts sent to a phone, each with its `state`: some never came."""
        messages = self._lab("GET", f"/phones/{number}")["messages"]
        return [message for message in messages if message["direction"] == "received"]

    def phones(self) -> list[str]:
        """Numbers of the lab's phones that got something."""
        return [str(one["number"]) for one in self._lab("GET", "/phones?limit=100000")]

    def _lab(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        lab = find_lab(self.home)
        assert lab is not None
        address = f"{lab.control}/lab/api{path}"
        response = _CLIENT.request(method, address, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else {}

    def state(self, campaign: str) -> str:
        return str(self.api("GET", f"/campaigns/{campaign}")["state"])


@contextmanager
def running(home: Path, people: int, few: int = 40, scenario: str = SCENARIO) -> Iterator[Program]:
    """A program in `home` with a carrier, two senders, a list of `people` and one of `few` (0: no list)."""
    (home / "lab.toml").write_text(scenario, encoding="utf-8")
    key = _apart(_prepare(home))
    command = [
        sys.executable,
        "-m",
        "chappe",
        "serve",
        "--home",
        str(home),
        "--listen",
        f"127.0.0.1:{_free_port()}",
        "--lab",
    ]
    with (
        (home / "serve.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=_DEVELOPING) as serving,
    ):
        try:
            program = Program(_ready(serving), home, key)
            _set_up(program)
            for name, some, reluctant in ((LIST, people, people // 20), (FEW, few, 0)):
                if some:
                    _fill(program, name, some, reluctant)
            yield program
        finally:
            serving.terminate()


def _apart(doing: Coroutine[object, object, str]) -> str:
    """In a thread of its own: the browser's driver runs a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()


def _free_port() -> int:
    """Short links name it, so it must be known before the program listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _ready(serving: "subprocess.Popen[str]") -> str:
    assert serving.stdout is not None
    line = serving.stdout.readline()
    assert line.startswith("ready "), line
    return line.removeprefix("ready ").strip()


async def _prepare(home: Path) -> str:
    """The demo's clock, the owner, a key."""
    async with open_database(Settings(home=home)) as database, database.engine_transaction() as conn:
        await move_demo_clock(conn, _to_tuesday(datetime.now(UTC)))
        made = await accounts.first_run(conn, Passwords(), name=BRAND, email=EMAIL, password=PASSWORD)
        assert made is not None
        return (await accounts.create_key(conn, made.workspace_id, "tests")).key


async def _add_person(home: Path, role: Role) -> str:
    email = f"{role}@localhost"
    key, name = uuid7(), f"{role.title()} Martin"
    hashed = await Passwords().hash(PASSWORD)
    async with open_database(Settings(home=home)) as database, database.engine_transaction() as conn:
        workspace_id = await accounts.default_workspace(conn)
        await conn.execute(
            "insert into user_account (id, email, name, password_hash) values ($1, $2, $3, $4)",
            key,
            email,
            name,
            hashed,
        )
        await conn.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, $3)",
            workspace_id,
            key,
            role,
        )
    return email


def people_rows(count: int) -> list[str]:
    """Customers as a French shop would export them."""
    names = ("Camille", "Léa", "Hugo", "", "Zoë", "Samir")
    return [
        f"{names[n % len(names)]};06 12 3{n // 10000} {n // 100 % 100:02} {n % 100:02}" for n in range(count)
    ]


def _to_tuesday(now: datetime) -> timedelta:
    """From `now` to ten in the morning of a Tuesday in Paris."""
    local = now.astimezone(_PARIS)
    day = local.date() + timedelta(days=(1 - local.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 10, tzinfo=_PARIS) - now


def _set_up(program: Program) -> None:
    lab = wait_until(lambda: find_lab(program.home))
    address = lab.carriers["demo"]
    settings = {
        "host": address.host,
        "port": address.port,
        "system_id": "demo",
        "password": "demo",
        "window": 100,
        "parts_per_second": 400,
    }
    prices = [{"prefix": "33", "price": "0.045", "currency": "EUR"}]
    carrier = {
        "name": "Carrier lab",
        "kind": "smpp",
        "simulated": True,
        "settings": settings,
        "prices": prices,
    }
    program.carrier = program.api("POST", "/carriers", carrier)["id"]
    for address, kind in ((SENDER, "short_code"), (NAME, "alphanumeric")):
        made = program.api("POST", "/senders", {"address": address, "kind": kind})
        program.senders[address] = made["id"]
    wait_until(lambda: program.api("GET", f"/carriers/{program.carrier}")["state"] == "bound")


def _fill(program: Program, name: str, people: int, reluctant: int) -> None:
    """A list of `people` who agreed to marketing, but the last `reluctant`; some have asked to stop since."""
    program.lists[name] = program.api("POST", "/lists", {"name": name})["id"]
    rows = people_rows(people)
    consent = {"basis": "express", "source": "comptoir", "text": "J'accepte de recevoir les offres par SMS."}
    _import(program, name, rows[: people - reluctant], consent)
    if reluctant:
        _import(program, name, rows[people - reluctant :], None)
        for n in range(reluctant // 3):
            program.api("POST", "/suppressions", {"phone": f"+336123001{n:02}", "scope": "marketing"})


def _import(program: Program, name: str, rows: list[str], consent: dict[str, str] | None) -> None:
    table = "\n".join(["Prénom;Téléphone", *rows]).encode("utf-8-sig")
    form = {"list_id": program.lists[name], "default_country": "FR"}
    if consent is not None:
        form["consent"] = json.dumps(consent)
    response = _CLIENT.post(
        f"{program.url}/v1/imports",
        files={"file": ("clients.csv", table, "text/csv")},
        data=form,
        headers={"authorization": f"Bearer {program.key}"},
    )
    assert response.is_success, response.text
    path = f"/imports/{response.json()['id']}"
    done = wait_until(
        lambda: (state := program.api("GET", path))["state"] in ("finished", "failed") and state
    )
    assert done["rejected"] == 0, done
