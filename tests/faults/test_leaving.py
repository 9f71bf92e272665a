"""People leave a topic while a campaign about it goes out: through the API, and on their own page."""

import random
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from tests.faults.campaigns import kept, send, settled, submits
from tests.installation import Installation, Served, phones, until

from chappe.db.open import open_database
from chappe.kit.ids import parse_public_id
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nanswers.delay = [0.01, 0.03]\nreceipts.delay = [0.05, 0.3]\n'


async def test_a_topic_is_left_in_the_middle_of_its_campaign(
    installation, scale, record, tmp_path: Path
) -> None:
    """Nothing about it later than a second after the commit; those who go on get theirs, once."""
    people, leaving, rate = scale.pick((240, 6, 120), (50_000, 1_000, 2_000))
    left: dict[str, int] = {}
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=rate
        )
        async with installation.serving(key=prepared.key) as served:
            news = str((await served.post("/topics", {"name": "News"}))["id"])
            await hold(installation, news)
            chosen = [
                await person(served, phone) for phone in random.Random(people).sample(phones(people), leaving)
            ]
            campaign = await send(served, prepared, topic_id=news)
            for number, one in enumerate(chosen, start=1):
                # From the first message to the last but a few.
                enough = people * number // (len(chosen) + 2)
                await until(partial(_reached, lab, enough), f"{enough} were submitted")
                await (leave_on_their_page(served, one) if number % 2 else leave_by_api(served, one, news))
                left[one.phone] = time.monotonic_ns()
            counts = await until(partial(settled, served, campaign), "the campaign was over")
            skipped = (await served.get(f"/v1/campaigns/{campaign.id}")).json()["skipped"]
    figures = await kept(
        installation,
        lab.log,
        campaign,
        stops=left,
        body=None,
        limits={"alpha": rate},
        told=f"{len(left)} left",
    )
    assert counts["delivered"] + counts["skipped"] == people
    assert skipped == {"topic_left": counts["skipped"]}
    assert 0 < counts["skipped"] <= len(left)
    record("a topic left in mid-campaign", figures, left=len(left))


async def _reached(lab: LabProcess, count: int) -> bool:
    return await submits(lab) >= count


async def hold(installation: Installation, topic: str) -> None:
    """Everybody holds the topic, and nothing else: the campaign is about it."""
    word = f"topic:{parse_public_id('top', topic)}"
    async with open_database(installation.settings) as db:
        await db.engine.execute("update consent set purpose = $1", word)


@dataclass(frozen=True)
class Person:
    """`page`: where they choose for themselves."""

    id: str
    phone: str
    page: str


async def person(served: Served, phone: str) -> Person:
    asked = f"/v1/contacts?phone={phone.replace('+', '%2B')}"
    [found] = (await served.get(asked)).json()["data"]
    link = await served.post(f"/contacts/{found['id']}/preference-link", {})
    return Person(found["id"], phone, f"/p/{link['url'].split('/p/')[1]}")


async def leave_by_api(served: Served, who: Person, topic: str) -> None:
    asked = {"topics": [{"topic_id": topic, "state": "withdrawn"}]}
    async with httpx.AsyncClient(base_url=served.url, trust_env=False, verify=False, timeout=60) as client:
        answer = await client.put(
            f"/v1/contacts/{who.id}/topics", json=asked, headers={"Authorization": f"Bearer {served.key}"}
        )
    assert answer.status_code == 200, answer.text


async def leave_on_their_page(served: Served, who: Person) -> None:
    """What a browser without scripts posts when nothing is ticked."""
    async with httpx.AsyncClient(base_url=served.url, trust_env=False, verify=False, timeout=60) as browser:
        answer = await browser.post(who.page, data={"save": "1"})
    assert answer.status_code == 303, answer.text
