"""Imports, opt-ins, refusals, campaigns, clocks and kills in drawn orders, with real processes: no message
that the rules forbid, by what people said and by hours that were written apart from the gate.
"""

import json
import os
import random
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from tests.faults.consents import Diary
from tests.installation import SENDER, Installation, Prepared, Served, until

from chappe.db.demo import move_demo_clock
from chappe.db.open import open_database
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nanswers.delay = [0.01, 0.03]\nreceipts.delay = [0.05, 0.3]\n'
RATE = 25
_PARIS = ZoneInfo("Europe/Paris")
OPEN = datetime(2027, 3, 9, 10, tzinfo=_PARIS)
# A minute before the hours end, a Sunday, a holiday, the eve of a change of the clock, early morning.
CLOCKS = (
    *[datetime(2027, 3, 9, 19, 59, second, tzinfo=_PARIS) for second in (48, 52, 56)],
    datetime(2027, 3, 14, 11, tzinfo=_PARIS),
    datetime(2027, 7, 14, 11, tzinfo=_PARIS),
    datetime(2027, 3, 27, 19, 59, 54, tzinfo=_PARIS),
    datetime(2027, 3, 9, 7, 59, 54, tzinfo=_PARIS),
)
ROLES = ("web", "worker", "sender")


class Story:
    """One program, the people who are written to, and what they say."""

    def __init__(self, served: Served, lab: LabProcess, prepared: Prepared, chance: random.Random) -> None:
        self.served = served
        self.lab = lab
        self.prepared = prepared
        self.chance = chance
        self.diary = Diary()
        self.known: list[str] = []
        self.stopped: set[str] = set()
        self.texts: set[str] = set()
        self.moves = self.kills = 0

    @property
    def installation(self) -> Installation:
        return self.served.installation

    # Machines

    async def set_clock(self, to: datetime) -> None:
        """A process reads the clock of the gate when it starts: all three start again."""
        offset = to.astimezone(UTC) - datetime.now(UTC)
        async with open_database(self.installation.settings) as db, db.engine_transaction() as conn:
            await move_demo_clock(conn, offset)
        killed_ns = await self.restart(*ROLES)
        # Those that start from now on read it.
        self.diary.clock.append((killed_ns, offset))
        self.moves += 1

    async def restart(self, *roles: str) -> int:
        """kill -9; their supervisor starts them again. `time.monotonic_ns()` of the last kill."""
        before = self.served.roles()
        for role in roles:
            with suppress(ProcessLookupError, KeyError):
                os.kill(before[role], signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        await until(partial(self._replaced, {before.get(role) for role in roles}), "the roles were back")
        self.kills += len(roles)
        return killed_ns

    async def _replaced(self, gone: set[int | None]) -> bool:
        roles = self.served.roles()
        if not roles.keys() >= set(ROLES) or gone & set(roles.values()):
            return False
        with suppress(httpx.TransportError):
            return (await self.served.get("/readyz")).is_success
        return False

    def _open_later(self) -> datetime:
        """Ten o'clock of the next Wednesday: what waits for a morning is due by then."""
        now = (datetime.now(UTC) + self.diary.clock[-1][1]).astimezone(_PARIS)
        day = now.date() + timedelta(days=(2 - now.weekday()) % 7 or 7)
        return datetime.combine(day, OPEN.timetz())

    # People

    async def import_some(self, list_id: str, *, evidence: bool) -> None:
        """New people, and some of those who are known already, refused ones among them."""
        fresh = [f"336{12_000_000 + len(self.known) + n:08d}" for n in range(self.chance.randint(4, 10))]
        again = self.chance.sample(self.known, min(len(self.known), 4))
        people = fresh + again
        form = {"list_id": list_id, "default_country": "FR"}
        if evidence:
            form["consent"] = json.dumps({"basis": "express", "source": "shop", "text": "I want offers."})
            self.diary.agree(people, time.monotonic_ns())
        file = "Phone\n" + "".join(f"+{phone}\n" for phone in people)
        async with httpx.AsyncClient(base_url=self.served.url, trust_env=False, timeout=60) as client:
            answer = await client.post(
                "/v1/imports",
                data=form,
                files={"file": ("people.csv", file.encode())},
                headers={"Authorization": f"Bearer {self.served.key}"},
            )
        assert answer.status_code == 202, answer.text
        await until(partial(self._imported, answer.json()["id"]), "the file was imported")
        self.known += fresh

    async def _imported(self, import_id: str) -> bool:
        return bool((await self.served.get(f"/v1/imports/{import_id}")).json()["state"] == "finished")

    async def stop(self, phone: str) -> None:
        await self._text(phone, "STOP")
        await until(partial(self._suppressed, phone, True), "the STOP was recorded")
        self.diary.words[phone].stops.append((time.monotonic_ns(), True))
        self.stopped.add(phone)

    async def start(self, phone: str) -> None:
        self.diary.words[phone].stops.append((time.monotonic_ns(), False))
        self.stopped.discard(phone)
        await self._text(phone, "START")

    async def refuse(self, phone: str) -> None:
        await self.served.post("/suppressions", {"phone": f"+{phone}"})
        self.diary.words[phone].refused_ns = time.monotonic_ns()

    async def _text(self, phone: str, words: str) -> None:
        await self.lab.post(f"/lab/api/phones/+{phone}/messages", {"to": SENDER, "text": words})

    async def _suppressed(self, phone: str, wanted: bool) -> bool:
        found = (await self.served.get(f"/v1/suppressions?phone=%2B{phone}")).json()["data"]
        return bool(found) is wanted

    # An interleaving

    async def episode(self, number: int) -> None:
        """A list of old and new people, a campaign to it, and all that happens meanwhile in a drawn order."""
        chance = self.chance
        made = await self.served.post("/lists", {"name": f"Episode {number}"})
        if old := chance.sample(self.known, min(len(self.known), 12)):
            await self.served.post(f"/lists/{made['id']}/members", {"phones": [f"+{one}" for one in old]})
        await self.import_some(made["id"], evidence=True)
        if chance.random() < 0.4:
            await self.set_clock(chance.choice(CLOCKS))
        text = f"Chappe, {number}: 20 % jusqu'à samedi. STOP 36180"
        self.texts.add(text)
        campaign = await self._campaign(made["id"], number, text)
        steps = [partial(self.import_some, made["id"], evidence=chance.random() < 0.5)]
        steps += [partial(self.stop, phone) for phone in chance.sample(self.known, 2)]
        steps += [partial(self.refuse, chance.choice(self.known))]
        if self.stopped and chance.random() < 0.6:
            steps.append(partial(self.start, chance.choice(sorted(self.stopped))))
        if chance.random() < 0.4:
            steps.append(partial(self.restart, chance.choice(("sender", "worker"))))
        chance.shuffle(steps)
        for step in steps:
            await step()
        if await self._over(campaign) is None:
            await self.set_clock(self._open_later())
        await until(partial(self._over, campaign), "the campaign was over", within=300)

    async def _campaign(self, list_id: str, number: int, text: str) -> Any:
        made = await self.served.post(
            "/campaigns",
            {
                "name": f"Episode {number}",
                "purpose": "marketing",
                "audience": {"include": [list_id]},
                "sender_id": self.prepared.sender_id,
                "body": text,
            },
        )
        await self.served.post(f"/campaigns/{made['id']}/send")
        return made["id"]

    async def _over(self, campaign: str) -> dict[str, int] | None:
        """Its counts, when it is; it is asked for a moment, since a small one is over soon."""
        with suppress(AssertionError):
            return dict(await until(partial(_counts, self.served, campaign), "it was over", within=3))
        return None


async def _counts(served: Served, campaign: str) -> dict[str, int] | None:
    view = (await served.get(f"/v1/campaigns/{campaign}")).json()
    if view.get("state") != "finished":
        return None
    moving = sum(view["counts"].get(state, 0) for state in ("accepted", "queued", "sending", "sent"))
    return dict(view["counts"]) if not moving else None


async def test_nothing_that_the_rules_forbid_is_sent(installation, scale, record, tmp_path: Path) -> None:
    episodes = scale.pick(3, 200)
    seed = random.randrange(1 << 32)
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await installation.prepare(lab.address("alpha"), 1, marketing=True, parts_per_second=RATE)
        async with installation.serving(key=prepared.key) as served:
            story = Story(served, lab, prepared, random.Random(seed))
            await story.set_clock(OPEN)
            for number in range(episodes):
                try:
                    await story.episode(number)
                except AssertionError as error:
                    error.add_note(f"seed {seed}, interleaving {number}")
                    raise
        await lab.get("/lab/api/log")
    submitted, broken = story.diary.broken(lab.log, frozenset(story.texts))
    assert broken == [], f"seed {seed}: {broken[:5]}"
    # Who says nothing breaks no rule.
    assert submitted >= 4 * episodes, f"seed {seed}"
    record(
        "consent, hours, clocks and kills", {"interleavings": episodes, "submitted": submitted},
        seed=seed, people=len(story.known), clocks=story.moves, kills=story.kills,
    )  # fmt: skip
