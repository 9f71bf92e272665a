"""The gate's rules, one by one and in their order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chappe.gate.caps import Caps, Patience
from chappe.gate.law import Law
from chappe.gate.model import FIRST_SKIP, Code, Recipient, SenderFacts, Suppressed
from chappe.gate.service import Asked, Gate
from chappe.messages.model import Purpose
from chappe.rules.choices import NO_CHOICE, Choices
from chappe.rules.model import Window
from chappe.rules.service import Places, book, rules_under
from chappe.rules.values import SenderForm

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
OPENS, CLOSES = NOW + timedelta(hours=3), NOW + timedelta(hours=9)
MONTH = timedelta(days=30)
ROUTE = UUID(int=7)
SENDER = SenderFacts(UUID(int=1), "38200", False, ROUTE, True)
ANNA = Recipient(1, 33600000001, 1, True, Suppressed.NO, "Europe/Paris", "FR", None)


def always(zones: str, now: datetime) -> Window:
    return Window(open=True, opens_at=NOW - timedelta(hours=1), closes_at=CLOSES)


def closed(zones: str, now: datetime) -> Window:
    return Window(open=False, opens_at=OPENS, closes_at=CLOSES)


def never(zones: str, now: datetime) -> Window:
    return Window(open=False, opens_at=None, closes_at=None)


class Fixed(Law):
    """The packs, but for the hours."""

    def __init__(self, hours: Callable[[str, datetime], Window]) -> None:
        super().__init__(rules_under(NO_CHOICE))
        self._fixed = hours

    def hours(self, where: Places, now: datetime) -> Window:
        return self._fixed(where.zones, now)


def decide(
    recipient: Recipient = ANNA,
    purpose: Purpose = Purpose.MARKETING,
    *,
    sender: SenderFacts = SENDER,
    hours=always,
    priced: bool = True,
    expires_at: datetime | None = None,
    to_contacts: bool = False,
    real_now: datetime = NOW,
):
    asked = Asked(
        purpose, sender, gate_now=NOW, real_now=real_now, expires_at=expires_at, to_contacts=to_contacts
    )
    return Gate(asked, Fixed(hours)).decide(recipient, priced=priced)


def test_marketing_is_sent_within_the_hours_and_waits_outside() -> None:
    assert decide()[:3] == (Code.SEND, NOW, CLOSES)
    assert decide(hours=closed)[:3] == (Code.DEFERRED_HOURS, OPENS, CLOSES)
    assert decide(hours=never).code is Code.NO_COMMON_HOUR


@pytest.mark.parametrize(
    "purpose", [Purpose.OTP, Purpose.SERVICE, Purpose.TRANSACTIONAL, Purpose.CONVERSATION]
)
def test_other_purposes_know_no_hours_and_need_no_consent(purpose: Purpose) -> None:
    assert decide(ANNA._replace(granted=False), purpose, hours=never)[:3] == (Code.SEND, NOW, None)


@pytest.mark.parametrize(
    ("purpose", "by_stop", "by_block"),
    [
        (Purpose.MARKETING, True, True),
        (Purpose.TRANSACTIONAL, False, True),
        (Purpose.CONVERSATION, False, True),
        (Purpose.OTP, False, True),
        (Purpose.SERVICE, False, False),
    ],
)
def test_how_far_a_suppression_reaches(purpose: Purpose, by_stop: bool, by_block: bool) -> None:
    for suppressed, stops in (
        (Suppressed.NO, False),
        (Suppressed.MARKETING, by_stop),
        (Suppressed.ALL, by_block),
    ):
        code = decide(ANNA._replace(suppressed=suppressed), purpose).code
        assert (code is Code.SUPPRESSED) == stops


@pytest.mark.parametrize(
    ("changes", "more", "code"),
    [
        ({"granted": False}, {}, Code.NO_CONSENT),
        ({"contact_state": 2}, {}, Code.CONTACT_BLOCKED),
        ({"contact_state": 2}, {"purpose": Purpose.OTP}, Code.CONTACT_BLOCKED),
        ({"contact_state": 2}, {"purpose": Purpose.SERVICE}, Code.SEND),
        ({"contact_state": 3}, {}, Code.CONTACT_ARCHIVED),
        ({"contact_state": 3}, {"purpose": Purpose.TRANSACTIONAL}, Code.SEND),
        ({"contact_id": None, "contact_state": None}, {"to_contacts": True}, Code.CONTACT_GONE),
        ({"contact_id": None, "contact_state": None}, {"purpose": Purpose.OTP}, Code.SEND),
        ({"contact_id": None, "granted": False}, {}, Code.NO_CONSENT),
        ({"phone": 112}, {}, Code.BAD_NUMBER),
        ({"phone": 10**15}, {}, Code.BAD_NUMBER),
        ({}, {"sender": SENDER._replace(route_id=None)}, Code.NO_ROUTE),
        ({}, {"priced": False}, Code.NO_PRICE),
        ({}, {"priced": False, "sender": SENDER._replace(priced=False)}, Code.SEND),
        ({}, {"sender": SENDER._replace(alphanumeric=True)}, Code.SEND),
        (
            {},
            {"sender": SENDER._replace(alphanumeric=True), "purpose": Purpose.CONVERSATION},
            Code.CANNOT_CONVERSE,
        ),
        ({}, {"expires_at": NOW}, Code.EXPIRED),
        ({}, {"expires_at": NOW + timedelta(seconds=1)}, Code.SEND),
        ({}, {"expires_at": OPENS, "hours": closed}, Code.EXPIRED),
        ({}, {"expires_at": OPENS + timedelta(seconds=1), "hours": closed}, Code.DEFERRED_HOURS),
        # The demo's clock moves the hours, not the expiry: what counts is the length of the wait.
        (
            {},
            {"expires_at": OPENS + timedelta(days=30), "hours": closed, "real_now": NOW + timedelta(days=30)},
            29,
        ),
        (
            {},
            {"expires_at": OPENS + timedelta(days=31), "hours": closed, "real_now": NOW + timedelta(days=30)},
            1,
        ),
        # The person's wish is told before what is merely impossible.
        ({"granted": False, "suppressed": Suppressed.MARKETING}, {"priced": False}, Code.SUPPRESSED),
    ],
)
def test_rules(changes: dict[str, object], more: dict[str, object], code: int) -> None:
    assert decide(ANNA._replace(**changes), **more).code == code


def test_one_answer_for_those_who_share_the_facts() -> None:
    asked_for: list[str] = []

    def hours(zones: str, now: datetime) -> Window:
        asked_for.append(zones)
        return always(zones, now)

    gate = Gate(Asked(Purpose.MARKETING, SENDER, gate_now=NOW, real_now=NOW), Fixed(hours))
    for n in range(100):
        gate.decide(ANNA._replace(contact_id=n, phone=33600000000 + n), priced=True)
    gate.decide(ANNA._replace(zones="Asia/Tokyo"), priced=True)
    assert asked_for == ["Europe/Paris", "Asia/Tokyo"]
    assert gate.decide(ANNA._replace(suppressed=Suppressed.ALL), priced=True).code is Code.SUPPRESSED


def test_codes_are_told_apart_by_their_number() -> None:
    assert {code for code in Code if not code.skips} == {Code.SEND, Code.DEFERRED_HOURS}
    assert all(code.reason == code.name.lower() for code in Code)
    assert FIRST_SKIP == Code.SUPPRESSED


FLORIDA = {"phone": 13055550001, "zones": "America/New_York", "country": "US"}


@pytest.mark.parametrize(
    ("changes", "form", "code", "rule"),
    [
        ({"basis": "soft_opt_in"}, SenderForm.SHORT_CODE, Code.SEND, None),
        ({"basis": "spoken"}, SenderForm.SHORT_CODE, Code.SEND, None),
        ({"basis": "implied"}, SenderForm.SHORT_CODE, Code.WRONG_BASIS, "fr.consent"),
        ({}, SenderForm.ALPHANUMERIC, Code.SEND, None),
        ({}, SenderForm.LONG_CODE, Code.WRONG_SENDER, "fr.senders"),
    ],
)
def test_what_the_rules_ask_of_consent_and_sender(
    changes: dict[str, object], form: SenderForm, code: Code, rule: str | None
) -> None:
    sender = SENDER._replace(form=form)
    found = decide(ANNA._replace(**changes), sender=sender)
    assert (found.code, found.rule) == (code, rule)
    # What is no marketing is bound by none of them.
    assert decide(ANNA._replace(**changes), Purpose.TRANSACTIONAL, sender=sender).code is Code.SEND


@pytest.mark.parametrize(
    ("body", "form", "code"),
    [
        ("Martin : 20 %. STOP 36180", SenderForm.SHORT_CODE, Code.SEND),
        ("20 %. STOP 36180", SenderForm.SHORT_CODE, Code.WRONG_CONTENT),
        ("Martin : 20 %", SenderForm.SHORT_CODE, Code.WRONG_CONTENT),
        ("20 %. STOP 36180", SenderForm.ALPHANUMERIC, Code.SEND),
        ("20 %. STOP", SenderForm.ALPHANUMERIC, Code.WRONG_CONTENT),
    ],
)
def test_what_the_rules_ask_of_the_text(body: str, form: SenderForm, code: Code) -> None:
    law = Law(rules_under(Choices()), brand="Martin")
    says = law.says(body, form)
    for purpose in (Purpose.MARKETING, Purpose.TRANSACTIONAL):
        asked = Asked(purpose, SENDER._replace(form=form), gate_now=NOW, real_now=NOW, says=says)
        found = Gate(asked, law).decide(ANNA, priced=True)
        if purpose is Purpose.MARKETING:
            assert (found.code, found.rule) == (code, None if code is Code.SEND else "fr.contents")
        else:
            assert found.code is Code.SEND


def test_an_unverified_rule_blocks_until_it_is_acknowledged() -> None:
    found = decide(ANNA._replace(**FLORIDA))
    assert found.code is Code.RULE_UNVERIFIED
    where = book().places(FLORIDA["phone"], FLORIDA["zones"], "US")
    assert found.rule in book().unverified(where, NOW.date())
    known = {(rule.id, rule.fingerprint()) for pack in book().packs.values() for rule in pack.rules}
    law = Law(rules_under(Choices(acknowledged=frozenset(known))))
    asked = Asked(Purpose.MARKETING, SENDER, gate_now=NOW, real_now=NOW)
    decided = Gate(asked, law).decide(ANNA._replace(**FLORIDA), priced=True)
    assert decided.code is not Code.RULE_UNVERIFIED


def test_caps_of_places_are_added_to_the_workspaces_own() -> None:
    law = Law(rules_under(NO_CHOICE), Patience(Caps(per_day=1)))
    where = book().places(FLORIDA["phone"], FLORIDA["zones"], "US")
    rules = [limit.rule for limit in law.limits(where, NOW)]
    assert rules[0] == "workspace.cap.day"
    assert "us-fl.frequency" in rules
    assert law.limits(None, NOW) == ()
