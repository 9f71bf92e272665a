"""A campaign that tries several texts: everybody has one place, and the winner goes out once."""

import asyncio
import random
from collections import Counter

import pytest

from chappe.campaigns import drafts, service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import (
    AlreadyDecided,
    Decider,
    NoTest,
    Role,
    Settings,
    VariantStopped,
    WrongShares,
    arms,
)
from chappe.campaigns.model import CampaignState, WrongState
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference, FirstVariant, TooManyVariants, UnknownVariant
from chappe.content.model import BadTemplate, UnknownVariable
from chappe.kit.errors import Problem
from chappe.messages.model import MessageState

B_BODY = "Hello {{ first_name }}, free delivery today. STOP 38200"
TRIED = Settings(test_percent=40, holdout_percent=20)


@pytest.fixture
def act(world):
    """Do something to a campaign as a request does: in a transaction of the web role."""

    async def do(action, campaign, *arguments: object, **more: object):
        async with world.database.transaction(world.workspace_id) as conn:
            if action.__module__ == service.__name__:
                return await action(conn, world.workspace_id, campaign.id, *arguments, **more)
            return await action(conn, campaign, *arguments, **more)

    return do


@pytest.fixture
def tested(world, draft, act, clock):
    """A campaign to n people that tries `letters`, asked to be sent."""

    async def make(n: int, settings: Settings = TRIED, letters: str = "AB", **changes: object):
        campaign = await draft(await world.list_of(n), **changes)
        for letter in letters[1:]:
            await act(variants.add, campaign, Difference(name=letter, body=B_BODY))
        await act(experiments.save, campaign, settings)
        return await act(service.send, campaign, clock=clock, gate_clock=clock)

    return make


@pytest.fixture
def choose(act, clock):
    async def do(campaign, letter: str, by: Decider = Decider.PERSON):
        return await act(experiments.choose, campaign, letter, by=by, now=clock.now())

    return do


async def messages(world) -> dict[int, tuple[str, str | None]]:
    """Variant and text of each contact's only message."""
    rows = await world.database.engine.fetch(
        "select m.contact_id, r.variant, r.role, m.body from message m join campaign_run r on r.id = m.run_id"
    )
    assert len({row["contact_id"] for row in rows}) == len(rows), "somebody has two messages"
    return {row["contact_id"]: (row["variant"], row["body"]) for row in rows}


async def held_out(world) -> set[int]:
    return {row[0] for row in await world.database.engine.fetch("select contact_id from campaign_holdout")}


async def sends_everything(world) -> None:
    """What was planned has left, as senders do it."""
    await world.database.engine.execute("delete from chunk")


async def test_everybody_has_one_place_and_the_rest_goes_with_the_winner(
    world, tested, act, choose, planner_of, upkeep, now
) -> None:
    campaign = await tested(200)
    await planner_of(10).plan_due_runs()
    first, nothing = await messages(world), await held_out(world)
    parts = {(run.role, run.variant): run for run in await act(experiments.runs_of, campaign)}
    assert set(parts) == {(Role.TEST, "A"), (Role.TEST, "B"), (Role.REST, "A")}
    assert sum(run.total for run in parts.values()) + len(nothing) == 200
    assert Counter(letter for letter, _ in first.values()) == {
        letter: parts[Role.TEST, letter].total for letter in "AB"
    }
    assert {body for letter, body in first.values() if letter == "B"} == {
        "Hello Anna, free delivery today. STOP 38200"
    }
    assert parts[Role.REST, "A"].held
    assert parts[Role.REST, "A"].base_id is None

    await sends_everything(world)
    await upkeep.end_runs()
    assert (await now(campaign)).state is CampaignState.SENDING, "the rest waits for a winner"
    assert await planner_of().plan_due_runs() == 0

    decided = await choose(campaign, "B")
    assert (decided.winner, decided.decided_by) == ("B", Decider.PERSON)
    await asyncio.gather(*(planner_of(10).plan_due_runs() for _ in range(3)))
    every = await messages(world)
    assert {each: every[each] for each in first} == first
    rest = {each: said for each, said in every.items() if each not in first}
    assert {letter for letter, _ in rest.values()} == {"B"}
    assert {body for _, body in rest.values()} == {"Hello Anna, free delivery today. STOP 38200"}
    assert len(every) + len(nothing) == 200
    assert not nothing & every.keys()
    await sends_everything(world)
    await upkeep.end_runs()
    assert (await now(campaign)).state is CampaignState.FINISHED
    assert (await now(campaign)).total == len(every)


async def test_a_holdout_needs_no_variants(world, tested, planner_of, act) -> None:
    campaign = await tested(100, Settings(holdout_percent=30), letters="A")
    await planner_of(10).plan_due_runs()
    assert len(await messages(world)) + len(await held_out(world)) == 100
    assert 10 < len(await held_out(world)) < 55
    assert [run.role for run in await act(experiments.runs_of, campaign)] == [Role.ALL]
    assert await act(experiments.held_out, campaign) == len(await held_out(world))


async def test_by_hand_and_by_rule_at_once_one_of_them_decides(tested, planner_of, choose, world) -> None:
    campaign = await tested(60)
    await planner_of().plan_due_runs()
    wishes = [choose(campaign, "A"), choose(campaign, "B", Decider.RULE), choose(campaign, "B")] * 4
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    [winner] = {answer.winner for answer in answers if not isinstance(answer, BaseException)}
    assert all(isinstance(each, AlreadyDecided) or each.winner == winner for each in answers)
    await asyncio.gather(*(planner_of().plan_due_runs() for _ in range(4)))
    await planner_of().plan_due_runs()
    assert len(await messages(world)) + len(await held_out(world)) == 60


async def test_paused_while_the_rest_waits_nothing_goes_on_until_it_is_resumed(
    world, tested, act, choose, planner_of
) -> None:
    campaign = await tested(50)
    await planner_of().plan_due_runs()
    first = await messages(world)
    await act(service.pause, campaign)
    await choose(campaign, "B")
    assert await planner_of().plan_due_runs() == 0
    assert await messages(world) == first, "a paused campaign sends nothing on"
    await act(service.resume, campaign)
    await planner_of().plan_due_runs()
    assert len(await messages(world)) + len(await held_out(world)) == 50


async def test_canceled_while_the_rest_waits_everybody_is_answered_for(
    world, tested, act, planner_of, upkeep, now, clock
) -> None:
    campaign = await tested(50)
    await planner_of().plan_due_runs()
    await act(service.cancel, campaign, clock)
    await upkeep.end_runs()
    await planner_of().plan_due_runs()
    await upkeep.end_runs()
    states = await world.database.engine.fetch(
        "select s.state, count(*) as n from message m join message_state s on s.id = m.id group by 1"
    )
    written = len(await messages(world))
    assert [(row["state"], row["n"]) for row in states] == [(MessageState.CANCELED, written)]
    assert written + len(await held_out(world)) == 50
    assert (await now(campaign)).finished_at is not None


async def test_a_stopped_variant_sends_no_more_and_cannot_win(
    world, tested, act, choose, planner_of, upkeep, clock
) -> None:
    campaign = await tested(60, Settings(test_percent=80))
    await planner_of().plan_due_runs()
    assert (await act(experiments.stop, campaign, "B", clock.now())).stopped == ("B",)
    assert (await act(experiments.stop, campaign, "B", clock.now())).stopped == ("B",), (
        "asked again, the same"
    )
    await upkeep.end_runs()
    left = await world.database.engine.fetch(
        "select r.variant, count(*) from chunk k join campaign_run r on r.id = k.run_id group by 1"
    )
    assert [row["variant"] for row in left] == ["A"]
    with pytest.raises(VariantStopped):
        await choose(campaign, "B")
    assert (await choose(campaign, "A")).winner == "A"


async def test_a_planner_killed_between_decision_and_release_leaves_nothing_behind(
    world, tested, choose, planner_of
) -> None:
    campaign = await tested(60)
    await planner_of().plan_due_runs()
    await choose(campaign, "B")
    for turns in range(1, 30):
        task = asyncio.create_task(planner_of().plan_due_runs())
        for _ in range(turns * 5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await planner_of().plan_due_runs()
    assert len(await messages(world)) + len(await held_out(world)) == 60


async def test_a_copy_is_parted_anew_and_a_sent_campaign_keeps_its_test(
    world, tested, act, choose, clock
) -> None:
    campaign = await tested(10)
    async with world.database.transaction(world.workspace_id) as conn:
        copied = await drafts.duplicate(conn, campaign, "Again", clock)
    assert (await act(experiments.experiment_of, copied)).settings == TRIED
    assert [each.letter for each in await act(variants.variants_of, copied)] == ["A", "B"]
    seeds = await world.database.engine.fetch("select seed from experiment")
    assert len({row["seed"] for row in seeds}) == 2
    for refused in (
        act(experiments.save, campaign, Settings()),
        act(experiments.remove, campaign),
        act(variants.add, campaign, Difference(body=B_BODY)),
        act(variants.change, campaign, "B", Difference(body=B_BODY)),
        act(variants.remove, campaign, "B"),
    ):
        with pytest.raises(WrongState):
            await refused
    with pytest.raises(NoTest):
        await choose(copied, "A")


@pytest.mark.parametrize(
    ("body", "problem"),
    [("Hello {{ first_name", BadTemplate), ("Hello {{ shoe_size }}", UnknownVariable)],
)
async def test_what_is_wrong_with_a_variant_is_said_at_the_door(world, draft, act, body, problem) -> None:
    campaign = await draft(await world.list_of(1))
    with pytest.raises(problem):
        await act(variants.add, campaign, Difference(body=body))
    assert len(await act(variants.variants_of, campaign)) == 1


async def test_a_campaign_with_an_empty_variant_is_not_sent(world, draft, act, clock) -> None:
    campaign = await draft(await world.list_of(1))
    await act(variants.add, campaign, Difference(body=""))
    await act(experiments.save, campaign, Settings())
    with pytest.raises(Problem):
        await act(service.send, campaign, clock=clock, gate_clock=clock)


async def test_letters_are_given_in_order_and_end_at_f(world, draft, act) -> None:
    campaign = await draft(await world.list_of(1))
    for letter in "BCDEF":
        assert (await act(variants.add, campaign, Difference(body=B_BODY))).letter == letter
    with pytest.raises(TooManyVariants):
        await act(variants.add, campaign, Difference(body=B_BODY))
    with pytest.raises(FirstVariant):
        await act(variants.remove, campaign, "A")
    await act(variants.remove, campaign, "C")
    with pytest.raises(UnknownVariant):
        await act(variants.change, campaign, "C", Difference(body=B_BODY))
    assert (await act(variants.add, campaign, Difference(body=B_BODY))).letter == "C"


@pytest.mark.parametrize(
    "wrong",
    [
        {"test_percent": 0},
        {"test_percent": 101},
        {"holdout_percent": 91},
        {"most_optouts": 0.0},
        {"decide_within": 0},
    ],
)
async def test_wrong_shares_are_named(world, draft, act, wrong) -> None:
    campaign = await draft(await world.list_of(1))
    with pytest.raises(WrongShares) as said:
        await act(experiments.save, campaign, Settings(**wrong))
    assert said.value.field == next(iter(wrong))


_PART = (
    "select id, width_bucket("
    "((hashint8extended(id, $1::bigint) & 2147483647) % 10000)::integer, $2::integer[]) as part"
)

# 21 degrees of freedom at most; a fair hash is beyond this once in ten million tables.
_BEYOND = 70.0


async def test_places_are_balanced_keep_their_shares_and_never_change(world) -> None:
    """Drawn shares over 20,000 contacts: each part has what it should, by chi-square, and parts of two
    campaigns know nothing of each other.
    """
    draw = random.Random(7)
    fetch = world.database.engine.fetch
    tables: list[dict[int, int]] = []
    for _ in range(12):
        settings = Settings(test_percent=draw.randint(5, 100), holdout_percent=draw.randint(0, 60))
        parted = arms("ABCDEF"[: draw.randint(2, 6)], settings)
        bounds, seed = [arm.first for arm in parted], draw.getrandbits(63)
        statement = f"{_PART} from generate_series(1::bigint, 20000) as id"
        places = {row["id"]: row["part"] for row in await fetch(statement, seed, bounds)}
        assert places == {row["id"]: row["part"] for row in await fetch(statement, seed, bounds)}
        shares = [b - a for a, b in zip(bounds, [*bounds[1:], 10_000], strict=True)]
        assert _chi_square(Counter(places.values()), [20_000 * share / 10_000 for share in shares]) < _BEYOND
        tables.append(places)
    one, other = tables[0], tables[1]
    pairs = Counter((one[each], other[each]) for each in one)
    sizes = Counter(one.values()), Counter(other.values())
    expected = {(a, b): sizes[0][a] * sizes[1][b] / 20_000 for a in sizes[0] for b in sizes[1]}
    assert sum((pairs[pair] - n) ** 2 / n for pair, n in expected.items()) < 2 * _BEYOND


def _chi_square(found: Counter[int], expected: list[float]) -> float:
    return sum((found[at] - n) ** 2 / n for at, n in enumerate(expected, 1) if n)


async def test_the_same_audience_has_the_same_places_whenever_it_is_parted(world, tested, planner_of) -> None:
    """The statement that takes an audience and the hash written out agree."""
    settings = Settings(test_percent=50, holdout_percent=10)
    await tested(300, settings, letters="ABC")
    await planner_of(50).plan_due_runs()
    seed: int = await world.database.engine.fetchval("select seed from experiment")
    parted = arms("ABC", settings)
    rows = await world.database.engine.fetch(
        f"{_PART} from contact",
        seed,
        [arm.first for arm in parted],
    )
    sent = await messages(world)
    nothing = await held_out(world)
    for row in rows:
        arm = parted[row["part"] - 1]
        if arm.role is None:
            assert row["id"] in nothing
        elif arm.role is Role.TEST:
            assert sent[row["id"]][0] == arm.letter
        else:
            assert row["id"] not in sent
            assert row["id"] not in nothing


async def test_arms_leave_abreast_of_each_other(world, tested, planner_of) -> None:
    """Chunks leave in their order: in any stretch of it each arm has its share."""
    await tested(120, Settings(), letters="ABC")
    await planner_of(5).plan_due_runs()
    chunks = await world.database.engine.fetch(
        "select r.variant from chunk k join campaign_run r on r.id = k.run_id order by k.due_at, k.id"
    )
    order = [row["variant"] for row in chunks]
    assert set(order[:4]) == set("ABC")
    assert max(order[:12].count(letter) for letter in "ABC") <= 5


async def test_a_small_test_leaves_by_turns_of_a_hundred_people(world, tested, planner_of) -> None:
    """However much a planner can hold, an arm of hundreds is not one row that leaves before the next."""
    await tested(700, Settings(), letters="AB")
    await planner_of(5_000).plan_due_runs()
    chunks = await world.database.engine.fetch(
        "select r.variant, k.hi - k.lo as n from chunk k join campaign_run r on r.id = k.run_id order by k.id"
    )
    assert sum(row["n"] for row in chunks) == 700
    assert [row["n"] for row in chunks if row["variant"] == "A"][:3] == [100, 100, 100]
    assert {row["variant"] for row in chunks[:4]} == set("AB")
