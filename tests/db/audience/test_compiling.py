"""What the statement finds is what the oracle finds, for rules that nobody would write."""

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.db.audience import naive, people
from tests.db.audience.people import NOW, ZONE

from chappe.audience import service
from chappe.audience.clauses import Clauses, Names
from chappe.audience.finding import explained
from chappe.contacts import service as contacts
from chappe.db.pool import Database

# More of them when asked: CHAPPE_EXAMPLES=5000 pytest tests/db/audience
EXAMPLES = int(os.environ.get("CHAPPE_EXAMPLES", "120"))
COMPARES = st.sampled_from(["eq", "lt", "le", "gt", "ge"])
STATES = ["granted", "withdrawn"]
PEOPLE = 60
CLAUSES = Clauses("en", Names())


def made(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    optional = {name: fields.pop(name) for name in ("period", "where") if name in fields}
    return st.fixed_dictionaries({"kind": st.just(kind), **fields}, optional=optional)


def either(kind: str, least: Any, most: Any, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return made(kind, at_least=least, **fields) | made(kind, at_most=most, **fields)


NAMES = st.sampled_from([*people.NAMES, "missing"])
TEXTS = st.lists(st.sampled_from([*people.VALUES[1:], "yo", "é", 'a"b']), min_size=1, max_size=3)
PERIODS = (
    st.fixed_dictionaries({"last_days": st.sampled_from([1, 19, 20, 30, 31, 300])})
    | st.fixed_dictionaries({"from": st.sampled_from(["2026-10-21", "2026-11-01"])})
    | st.fixed_dictionaries(
        {"from": st.just("2026-11-01"), "to": st.sampled_from(["2026-11-01", "2026-11-17"])}
    )
)
WHERE = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={"compare": COMPARES, "value": st.sampled_from([1, 12.5, 12, "12", "x", True, "", 'a"b'])},
    ),
    max_size=2,
)
COUNTS = {"period": PERIODS}
DID = st.sampled_from(["sent", "delivered", "failed", "clicked", "replied"])
EVENT = {"name": st.sampled_from([*people.EVENTS, "Never"]), "where": WHERE, **COUNTS}
AMOUNTS = st.sampled_from([0.5, 1, 2, 12.5])
LEAVES = st.one_of(
    made("text", name=NAMES, test=st.sampled_from(["is", "contains", "begins", "has"]), values=TEXTS),
    made("text", name=NAMES, test=st.just("there")),
    made("number", name=NAMES, compare=COMPARES, value=st.sampled_from([-3.5, 7, 12, 1000])),
    made("date", name=NAMES, compare=COMPARES, value=st.sampled_from(["2026-10-31", "2026-02-28"])),
    made("consent", topic=st.sampled_from(["marketing", "topic:x"]), state=st.sampled_from(STATES)),
    made("country", values=st.just(["fr"])),
    made("language", values=st.just(["en", "FR"])),
    made("zone", values=st.sampled_from([["Europe/Paris"], ["America/New_York", "x"]])),
    made("share", percent=st.sampled_from([0, 30.5, 100]), key=st.sampled_from(["k", "é"])),
    made("list", list_id=st.sampled_from(["first", "second"])),
    either(
        "messages", st.integers(1, 2), st.integers(0, 2),
        did=DID, **COUNTS,
    ),
    either(
        "messages", st.integers(1, 2), st.integers(0, 2),
        did=DID, campaign_id=st.sampled_from(["one", "other"]), **COUNTS,
    ),
    made("engaged", last_days=st.sampled_from([1, 4, 19, 30])),
    either("recency", st.sampled_from([0, 3, 19]), st.sampled_from([0, 3, 20]), name=EVENT["name"]),
    st.fixed_dictionaries({"kind": st.just("added"), "period": PERIODS}),
    either("events", AMOUNTS, AMOUNTS | st.just(0), measure=st.sampled_from(["count", "worth"]), **EVENT),
    either("events", AMOUNTS, AMOUNTS, measure=st.just("sum"), property=NAMES, **EVENT),
)  # fmt: skip
RULES = st.recursive(
    LEAVES,
    lambda inner: (
        made("not", rule=inner)
        | made("all", of=st.lists(inner, min_size=1, max_size=3))
        | made("any", of=st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=6,
)


def with_ids(rule: Any, ids: dict[str, str]) -> Any:
    if isinstance(rule, dict):
        return {key: with_ids(value, ids) for key, value in rule.items()}
    if isinstance(rule, list):
        return [with_ids(each, ids) for each in rule]
    return ids.get(rule, rule) if isinstance(rule, str) else rule


async def test_the_statement_finds_whom_the_oracle_finds(database: Database) -> None:
    async with database.engine_transaction() as conn:
        here = await conn.fetchval(
            "insert into workspace (name, zone) values ('Shop', $1) returning id", ZONE
        )
        everybody, lists, campaigns = await people.make(conn, here, PEOPLE)
    ids = dict(zip(("first", "second", "one", "other"), [*lists, *campaigns], strict=True))
    rules: list[Any] = []

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(RULES)
    def gather(rule: Any) -> None:
        rules.append(with_ids(rule, ids))

    gather()
    async with database.transaction(here) as conn:
        for rule in rules:
            compiled = await service.compiled(conn, here, rule, NOW)
            found = await service.members(conn, compiled, after=None, limit=PEOPLE)
            wanted = [each.id for each in everybody if naive.inside(each, rule, NOW, ZONE)]
            assert found == wanted, rule
            assert await service.count(conn, compiled) == len(wanted)
        for rule in rules[::7]:
            compiled = await service.compiled(conn, here, rule, NOW)
            for person in everybody[:2]:
                contact = await contacts.get_contact(conn, here, person.id)
                why = await explained(conn, here, contact, compiled, CLAUSES)
                assert why.inside is naive.inside(person, rule, NOW, ZONE)
                assert why.told.holds is naive.holds(person, rule, NOW, ZONE), rule
                assert len(why.reasons) == len(compiled.leaves)


async def test_why_says_what_was_found(database: Database) -> None:
    async with database.engine_transaction() as conn:
        here = await conn.fetchval(
            "insert into workspace (name, zone) values ('Shop', $1) returning id", ZONE
        )
        everybody, _, campaigns = await people.make(conn, here, 30, seed=9)
    asked = {
        "messages": lambda one: len([s for s, *_ in one.messages if s == 4]),
        "of a campaign": lambda one: len([s for s, _, of in one.messages if s == 4 and of == campaigns[0]]),
        "replies": lambda one: len(one.replies),
        "to a campaign": lambda one: len([of for _, of in one.replies if of == campaigns[0]]),
        "clicks": lambda one: len(one.clicks),
        "clicks of a campaign": lambda one: len([of for _, of in one.clicks if of == campaigns[1]]),
        "events": lambda one: len([name for name, _, _ in one.events if name == "Visit"]),
    }
    rule = {"kind": "any", "of": [
        {"kind": "messages", "did": "delivered", "at_least": 9},
        {"kind": "messages", "did": "delivered", "at_least": 9, "campaign_id": campaigns[0]},
        {"kind": "messages", "did": "replied", "at_least": 9},
        {"kind": "messages", "did": "replied", "at_least": 9, "campaign_id": campaigns[0]},
        {"kind": "messages", "did": "clicked", "at_least": 9},
        {"kind": "messages", "did": "clicked", "at_least": 9, "campaign_id": campaigns[1]},
        {"kind": "events", "name": "Visit", "at_least": 9},
        {"kind": "country", "values": ["FR"]},
        {"kind": "consent", "topic": "topic:x"},
    ]}  # fmt: skip
    words = {"granted": "agreed", "withdrawn": "left", "pending": "not answered yet", None: "never asked"}
    async with database.transaction(here) as conn:
        compiled = await service.compiled(conn, here, rule, NOW)
        for person in everybody:
            contact = await contacts.get_contact(conn, here, person.id)
            told = [one.found for one in (await explained(conn, here, contact, compiled, CLAUSES)).told.of]
            assert told == [
                *(str(count(person)) for count in asked.values()),
                {"FR": "France", "US": "United States", None: "nothing known"}[person.country],
                words[person.consents.get("topic:x")],
            ]
