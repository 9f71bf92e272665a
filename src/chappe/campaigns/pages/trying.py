"""The texts that a campaign tries, in the editor's message step, and how it is tested.

Every button of the step saves what is written first. A variant is shown as the campaign would be with its
words: the composer, its price and its phone know no variants.
"""

from decimal import Decimal
from typing import Any, Final, NamedTuple

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import structs

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import BUCKETS, Decision, Experiment, Metric, Settings, arms
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import Action, Campaign, CampaignState, refuse
from chappe.campaigns.offers import service as campaign_offers
from chappe.campaigns.pages.common import GivenEstimator, campaign_of, note
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import FIRST, LETTERS, Difference, Variant
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.offers import service as offers
from chappe.offers.model import OFFER_ID
from chappe.statistics import sample
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
ADD: Final = "add-variant"
REMOVE: Final = "remove-variant"
_SEE: Final = "variant-"
_LONGEST_NAME: Final = 60
_SHARE: Final = 0.05
_LIFTS: Final = (0.5, 0.2)
"""What is told of the size of a test: a usual share of people who click, and how much better one is."""
_HOUR: Final = 60
_HOURS: Final = frozenset(str(hour) for hour in range(24))


def letter_of(text: str) -> str:
    """The variant that is asked for: A unless another is named."""
    return text if text in LETTERS else FIRST


def moves(go: str) -> bool:
    """Whether a button leads to a variant, adds or removes one."""
    return go in (ADD, REMOVE) or go.startswith(_SEE)


async def seen_as(conn: Connection, draft: Campaign, letter: str) -> Campaign:
    """The campaign with the words and the sender of a variant; as it is where there is none."""
    for each in await variants.variants_of(conn, draft):
        if each.letter == letter:
            return structs.replace(draft, body=each.body, sender_id=each.sender_id)
    return draft


async def save(
    conn: Connection, draft: Campaign, letter: str, written: MessageStep, reading: Reading | None = None
) -> Variant | None:
    """A variant other than A: its words, its sender where it is another, and its name, hour and offer as they
    are read, if they are; None when it is gone.
    """
    known = {each.letter: each for each in await variants.variants_of(conn, draft)}
    if letter not in known:
        return None
    name, send_hour, offer_id = known[letter].name, known[letter].send_hour, known[letter].offer_id
    if reading is not None:
        hour = reading.form.one("variant_hour")
        name, send_hour = reading.form.one("variant_name"), int(hour) if hour in _HOURS else None
        if reading.form.has("variant_offer"):
            offer_id = parse_public_id(OFFER_ID, reading.form.one("variant_offer"))
    said = Difference(
        name=name[:_LONGEST_NAME],
        body=written.body,
        sender_id=None if written.sender_id == draft.sender_id else written.sender_id,
        send_hour=send_hour,
        offer_id=offer_id,
    )
    return await variants.change(conn, draft, letter, said)


async def move(
    conn: Connection, page: Page, viewer: Viewer, draft: Campaign, letter: str, written: MessageStep, go: str
) -> str:
    """What a button of the tabs does; the letter that is shown then."""
    if go == ADD:
        made = await variants.add(conn, draft, Difference(body=written.body))
        if await experiments.experiment_of(conn, draft) is None:
            await experiments.save(conn, draft, Settings())
        await note(conn, page, viewer, "variant_added", draft, after={"variant": made.letter})
        return made.letter
    if go == REMOVE and letter != FIRST:
        await variants.remove(conn, draft, letter)
        await note(conn, page, viewer, "variant_removed", draft, before={"variant": letter})
        return FIRST
    return letter_of(go.removeprefix(_SEE))


async def own_offers(conn: Connection, draft: Campaign, letter: str) -> dict[str, Any]:
    """Offers that a variant may give codes of, and the one that it has of its own."""
    own = await campaign_offers.own_of(conn, draft, letter)
    found = await offers.offers(conn, draft.workspace_id)
    return {
        "variant_offers": [
            (public_id(OFFER_ID, one.id), one.name)
            for one in found
            if one.archived_at is None or one.id == own
        ],
        "variant_offer": "" if own is None else public_id(OFFER_ID, own),
    }


class Plan(NamedTuple):
    """How many people each part of an audience has, by its shares. `each`: a variant's, 0 without any."""

    letters: int
    each: int
    waiting: int
    held_out: int


async def tested(conn: Connection, draft: Campaign, people: int | None) -> dict[str, Any]:
    """What pages say of the test of a draft; `people`: who would get it, None while that is counted."""
    found = await variants.variants_of(conn, draft)
    experiment = await experiments.experiment_of(conn, draft)
    settings = experiment.settings if experiment else Settings()
    plan = None if people is None else planned([one.letter for one in found], settings, people)
    return {"tried": found, "experiment": experiment, "settings": settings, "plan": plan}


def planned(letters: list[str], settings: Settings, people: int) -> Plan:
    parts = arms(letters, settings)
    ends = [*[part.first for part in parts[1:]], BUCKETS]
    sizes = {
        (part.role, part.letter): people * (end - part.first) // BUCKETS
        for part, end in zip(parts, ends, strict=True)
    }
    role_sizes: dict[str | None, int] = {}
    for (role, _), n in sizes.items():
        role_sizes[role] = n
    return Plan(len(letters), role_sizes.get("test", 0), role_sizes.get("rest", 0), role_sizes.get(None, 0))


async def _people(conn: Connection, estimator: Estimator, draft: Campaign) -> int | None:
    look = await estimator.look(draft, await mark_of(conn, draft), 0.8) if draft.audience.chosen else None
    return look.estimate.sendable if look and look.estimate else None


@get("/campaigns/{campaign:str}/experiment", opt=_WRITE)
async def ask(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, estimator: GivenEstimator
) -> Response[Any]:
    """How a draft is tested, as a drawer over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        if draft.state is not CampaignState.DRAFT:
            return page.redirect(f"/campaigns/{campaign}/results")
        known = await tested(conn, draft, await _people(conn, estimator, draft))
    return _shown(page, campaign, draft, known, values_of(known["experiment"]), Errors())


@post("/campaigns/{campaign:str}/experiment", opt=_WRITE)
async def change(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, estimator: GivenEstimator
) -> Response[Any]:
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        if draft.state is not CampaignState.DRAFT:
            raise refuse(Action.CHANGE, draft.state)
        chosen = _read(reading)
        if chosen is not None and not reading.errors:
            before = await experiments.experiment_of(conn, draft)
            try:
                await experiments.save(conn, draft, chosen)
            except Problem as problem:
                reading.errors.add(problem)
            else:
                old = None if before is None else structs.asdict(before.settings)
                await note(
                    conn, page, viewer, "test_changed", draft, before=old, after=structs.asdict(chosen)
                )
                return page.leave(f"/campaigns/{campaign}/edit/message?notice=saved")
        known = await tested(conn, draft, await _people(conn, estimator, draft))
    values = {name: reading.form.one(name) for name in values_of(None)}
    return _shown(page, campaign, draft, known, values, reading.errors)


def _shown(
    page: Page, campaign: str, draft: Campaign, known: dict[str, Any], values: dict[str, Any], errors: Errors
) -> Response[Any]:
    letters = max(2, len(known["tried"]))
    needed = [(lift, sample.needed(_SHARE, lift, arms=letters)) for lift in _LIFTS]
    return page.render(
        "campaigns/edit/experiment.html",
        status=422 if errors else 200,
        campaign=draft,
        campaign_id=campaign,
        values=values,
        errors=errors,
        needed=needed,
        share=_SHARE,
        metrics=list(Metric),
        **known,
    )


def _read(reading: Reading) -> Settings | None:
    """None where something cannot be read; its errors say what."""
    test = reading.whole("test_percent", least=1, most=100)
    held = reading.whole("holdout_percent", least=0, most=90)
    metric = reading.choice("metric", [one.value for one in Metric], otherwise=Metric.CLICKS.value)
    decision = reading.choice("decision", [one.value for one in Decision], otherwise=Decision.HAND.value)
    hours = reading.whole("decide_hours", least=1, most=720, required=False)
    most = reading.amount("most_optouts", least=Decimal("0.01"), most=100, required=False)
    if reading.errors or test is None or held is None:
        return None
    rule = Decision(decision) is Decision.RULE
    return Settings(
        test_percent=test,
        holdout_percent=held,
        metric=Metric(metric),
        decision=Decision(decision),
        decide_within=hours * _HOUR if rule and hours is not None else None,
        most_optouts=None if most is None else float(most) / 100,
    )


def values_of(experiment: Experiment | None) -> dict[str, Any]:
    """What the fields hold; of a draft that has no test yet, what is proposed."""
    chosen = experiment.settings if experiment else Settings()
    within = chosen.decide_within
    most = chosen.most_optouts
    return {
        "test_percent": chosen.test_percent,
        "holdout_percent": chosen.holdout_percent,
        "metric": chosen.metric.value,
        "decision": chosen.decision.value,
        "decide_hours": "" if within is None else -(-within // _HOUR),
        "most_optouts": "" if most is None else f"{most * 100:g}",
    }


routes: list[ControllerRouterHandler] = [ask, change]
