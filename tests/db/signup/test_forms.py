"""Forms: written, published in versions that stay, who came by them, and how often strangers may try."""

from typing import Any

import pytest

from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState, InboundText
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicEntry
from chappe.gate.rulings import Rulings
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.signup import look
from chappe.signup.forgetting import forget
from chappe.signup.forms import keywords, offers, repo, service
from chappe.signup.forms.answers import Answers
from chappe.signup.forms.errors import FormNameTaken, KeywordTaken, NotPublished, TooManyTries, UnknownForm
from chappe.signup.forms.limits import Limit
from chappe.signup.forms.model import Channel, Form, FormContent, FormState, FormWords, IncentiveKind
from chappe.signup.forms.signing import Came, Reception, Signing
from chappe.signup.joining import Joining

PHONE = 33600000001
WEB = Came(Channel.WEB, "poster-paris", "fr", Origin("198.51.100.7", "Firefox"), "/f/x")


@pytest.fixture
async def conn(world: Any) -> Any:
    """One transaction of the web role."""
    async with world.database.transaction(world.workspace_id) as connection:
        yield connection


@pytest.fixture
def signing(world: Any, clock: Any) -> Signing:
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)
    return Signing(Joining(door, clock), clock)


@pytest.fixture
def reception(signing: Signing, keys: Any, clock: Any) -> Reception:
    return Reception(signing, keys, clock)


async def made(conn: Any, world: Any, name: str = "Window", **content: Any) -> Form:
    return await service.create(conn, world.workspace_id, name, FormContent(**content))


async def published(conn: Any, world: Any, name: str = "Window", **content: Any) -> Any:
    form = await made(conn, world, name, **content)
    await service.publish(conn, world.workspace_id, form.id)
    return await service.published(conn, world.workspace_id, form.id)


async def test_a_form_is_seen_as_it_was_published(world: Any, conn: Any) -> None:
    here = world.workspace_id
    form = await made(conn, world, words={"fr": FormWords(title="Premier")})
    with pytest.raises(NotPublished):
        await service.published(conn, here, form.id)
    await service.publish(conn, here, form.id)
    changed = await service.change(
        conn, here, form.id, "Window", FormContent(words={"fr": FormWords(title="Second")})
    )
    assert (changed.state, changed.version, changed.changed) == (FormState.PUBLISHED, 1, True)
    assert (await service.published(conn, here, form.id)).content.said("fr").title == "Premier"
    again = await service.publish(conn, here, form.id)
    assert (again.version, again.changed) == (2, False)
    assert (await service.publish(conn, here, form.id)).version == 2, "nothing new: no new version"
    seen = await service.versions(conn, here, form.id)
    assert [each.content.said("fr").title for each in seen] == ["Second", "Premier"]
    wording = await conn.fetchval("select text from consent_wording where id = $1", seen[0].wordings["fr"])
    assert wording.startswith("J’accepte de recevoir à ce numéro des SMS publicitaires de Hello : Offers.")


async def test_a_name_is_free_again_when_its_form_is_archived(world: Any, conn: Any) -> None:
    here = world.workspace_id
    form = await made(conn, world)
    with pytest.raises(FormNameTaken):
        await made(conn, world, "WINDOW")
    await service.archive(conn, here, form.id)
    second = await made(conn, world)
    with pytest.raises(FormNameTaken):
        await service.restore(conn, here, form.id)
    other = await made(conn, world, "Till")
    with pytest.raises(FormNameTaken):
        await service.change(conn, here, other.id, "window", FormContent())
    await service.archive(conn, here, second.id)
    assert (await service.restore(conn, here, form.id)).state is FormState.DRAFT
    with pytest.raises(UnknownForm):
        await service.form(conn, here, uuid7())


async def test_who_signs_up_is_proved_and_counted_by_source(
    world: Any, conn: Any, reception: Reception
) -> None:
    here = world.workspace_id
    seen = await published(conn, world)
    for _ in range(2):
        await reception.sign_up(conn, here, seen, Answers(PHONE, (), None, {"first_name": "Anna"}), WEB)
    [person] = await conn.fetch("select id, language, attributes from contact")
    assert (person["language"], person["attributes"]) == ("fr", {"first_name": "Anna"})
    states = await consent.marketing_states(conn, here, [person["id"]])
    assert states == {person["id"]: ConsentState.GRANTED}
    [figure] = await repo.sources(conn, here, seen.form_id)
    assert (figure.source, figure.sign_ups) == ("poster-paris", 1)
    proof = await conn.fetchrow("select e.source, e.wording_id from consent_event as e")
    assert tuple(proof) == ("form:poster-paris", seen.wordings["fr"])
    assert (await service.form(conn, here, seen.form_id)).sign_ups == 1
    await forget(conn, here, [person["id"]], [])
    assert (await service.form(conn, here, seen.form_id)).sign_ups == 1
    assert await conn.fetchval("select contact_id from sign_up") is None


async def test_nobody_is_bombed_by_a_form(
    world: Any, conn: Any, reception: Reception, signing: Signing, clock: Any
) -> None:
    here = world.workspace_id
    seen = await published(conn, world)
    joins = []

    async def counted(*args: Any, **kwargs: Any) -> Any:
        joins.append(args)

    signing.join = counted  # type: ignore[method-assign]  # what would send a text is counted
    for _ in range(Limit.NUMBER.most + 2):
        await reception.sign_up(conn, here, seen, Answers(PHONE, (), None, {}), WEB)
    assert len(joins) == Limit.NUMBER.most
    for n in range(Limit.ADDRESS.most - Limit.NUMBER.most - 2):
        await reception.sign_up(conn, here, seen, Answers(PHONE + n + 1, (), None, {}), WEB)
    with pytest.raises(TooManyTries):
        await reception.sign_up(conn, here, seen, Answers(PHONE + 900, (), None, {}), WEB)
    clock.advance(Limit.ADDRESS.window.total_seconds())
    await reception.sign_up(conn, here, seen, Answers(PHONE + 900, (), None, {}), WEB)
    rows = await conn.fetch("select who from sign_up_try")
    assert all(len(row["who"]) == 32 for row in rows), "no number and no address is kept"


async def test_each_person_gets_one_code_of_the_list(world: Any, conn: Any) -> None:
    here = world.workspace_id
    seen = await published(conn, world, incentive=IncentiveKind.UNIQUE)
    assert await offers.add(conn, here, seen.form_id, "A-1\nA-2\n\nA-1\n") == 2
    texts = [await offers.welcome(conn, here, "Hello!", seen.form_id, who, "en") for who in (1, 2, 1, 3)]
    assert texts[:3] == ["Hello! Your code: A-1", "Hello! Your code: A-2", "Hello! Your code: A-1"]
    assert "all the codes of this offer are given" in texts[3]
    assert await offers.counts(conn, here, seen.form_id) == (0, 2)
    await forget(conn, here, [1], [])
    assert await offers.counts(conn, here, seen.form_id) == (0, 2), "a code is given once, whoever is erased"
    fixed = await published(conn, world, "Till", incentive=IncentiveKind.FIXED, code="SUN10")
    assert (
        await offers.welcome(conn, here, "Bonjour.", fixed.form_id, 1, "fr") == "Bonjour. Votre code : SUN10"
    )
    assert await offers.welcome(conn, here, "Hello!", None, 1, "en") == "Hello!"


async def test_a_code_waits_for_the_yes_that_confirms(
    world: Any, conn: Any, signing: Signing, clock: Any
) -> None:
    here = world.workspace_id
    topic = await topics.create(conn, here, TopicEntry(name="News", double_opt_in=True))
    seen = await published(conn, world, topics=(topic.id,), incentive=IncentiveKind.UNIQUE)
    await offers.add(conn, here, seen.form_id, "A-1")
    for phone in (PHONE, PHONE + 1):
        await signing.join(conn, here, seen, Answers(phone, (topic.id,), None, {}), WEB, Evidence())
    assert await offers.counts(conn, here, seen.form_id) == (1, 0), "who never answers takes none"
    await service.change(conn, here, seen.form_id, "Window", FormContent(topics=(topic.id,)))
    await service.publish(conn, here, seen.form_id)
    answers = []
    for phone in (PHONE, PHONE, PHONE + 1):
        item = InboundText(phone=phone, destination="38200", text="Oui", at=clock.now())
        [outcome] = await consent.handle_inbound(conn, here, [item])
        answers.append((await offers.rewarded(conn, here, outcome)).answer)
    assert str(answers[0]).endswith("Votre code : A-1"), "what they were promised holds"
    assert answers[1] is None
    assert "ont été donnés" in str(answers[2])


async def test_a_keyword_leads_to_one_form(world: Any, conn: Any, signing: Signing, clock: Any) -> None:
    here = world.workspace_id
    seen, other = await published(conn, world), await published(conn, world, "Till")
    assert await keywords.choose(conn, here, seen.form_id, ["Été", "sun"]) == ["ETE", "SUN"]
    with pytest.raises(KeywordTaken) as refused:
        await keywords.choose(conn, here, other.form_id, ["Sun!"])
    assert refused.value.params["form"] == "Window"
    texts = [
        InboundText(phone=PHONE, destination="38200", text=text, at=clock.now())
        for text in ("« été »", "see the sun", "Bonjour")
    ]
    assert await keywords.heard(conn, here, signing, texts) == {0: "ETE"}
    [row] = await conn.fetch("select e.basis, e.source, v.data from consent_event e "
                             "join consent_evidence v on v.id = e.evidence_id")  # fmt: skip
    assert (row["basis"], row["source"]) == ("keyword", "form:sms-ete")
    assert "« été »" in row["data"]
    await service.archive(conn, here, seen.form_id)
    assert await keywords.heard(conn, here, signing, texts) == {}
    assert await keywords.choose(conn, here, other.form_id, ["SUN"]) == ["SUN"], "an archived form's is free"


async def test_the_brand_has_a_colour_and_a_logo(world: Any, conn: Any) -> None:
    here = world.workspace_id
    assert await look.of(conn, here) == look.Look()
    picture = look.checked_logo(b"\x89PNG\r\n\x1a\n....")
    await look.choose(conn, here, "ffcc00", picture)
    await look.choose(conn, here, "ffcc01", None)
    assert (await look.of(conn, here))[:2] == ("ffcc01", "image/png")
    assert await look.logo(conn, here) == picture
    await look.choose(conn, here, "ffcc01", None, without_logo=True)
    assert await look.logo(conn, here) is None
