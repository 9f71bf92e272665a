"""The oracle sees what it is there to see: each fault, planted in the product, sends what is forbidden."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulation.lawful.schedule import Lawful
from tests.simulation.lawful.sweep import sweep
from tests.simulation.schedule import Event

from chappe.engine import link
from chappe.engine.link import Link
from chappe.engine.retries import Retry
from chappe.gate import service as gate
from chappe.gate.law import Law
from chappe.gate.model import Code, Decision
from chappe.gate.service import Gate

# Each was found within a third of these when it was written.
SEEDS = range(700_000, 700_600)
Patch = pytest.MonkeyPatch


def no_look_at_consent(patch: Patch) -> None:
    refusal = gate._refusal

    def generous(*asked):
        code = refusal(*asked)
        return None if code is Code.NO_CONSENT else code

    patch.setattr(gate, "_refusal", generous)


def no_look_at_the_basis(patch: Patch) -> None:
    patch.setattr(Law, "unmet", lambda self, where, now, basis, sender, says: None)


def no_look_at_unread_rules(patch: Patch) -> None:
    patch.setattr(Law, "unverified", lambda self, where, now: None)


def no_look_at_the_hours(patch: Patch) -> None:
    def always(self, where):
        return Decision(Code.SEND, self._asked.gate_now, None, None, where)

    patch.setattr(Gate, "_in_hours", always)


def one_zone_of_several(patch: Patch) -> None:
    places = Law.places
    patch.setattr(
        Law, "places", lambda self, phone, zones, country: places(self, phone, zones.split()[0], country)
    )


def no_look_at_refusals(patch: Patch) -> None:
    patch.setattr(Link, "suppress", lambda self, workspace, scopes: None)


def the_rest_goes_at_once(patch: Patch) -> None:
    """Hours that end in mid-campaign are put off by a day."""

    def at_once(chunk, now):
        return Retry(now, chunk.attempt, chunk.not_carrier, now + timedelta(days=1))

    patch.setattr(link, "in_next_window", at_once)


def a_clock_that_never_goes_back(patch: Patch) -> None:
    """Hours are taken to have begun for good once a chunk fell due."""
    is_open = Link._open

    def hopeful(self, held, wall, moment):
        return is_open(self, held, wall, max(moment, held.chunk.due_at))

    patch.setattr(Link, "_open", hopeful)


def as_drawn(lawful: Lawful) -> Lawful:
    return lawful


def refusals_while_it_is_sent(lawful: Lawful) -> Lawful:
    """Everybody has agreed in writing; a slow link, and the last of them refuse soon."""
    people = lawful.engine.people
    stops = [Event(0.4, "refuse_texts", one.phone) for one in people[len(people) // 2 :]]
    engine = replace(lawful.engine, link_rate=1, events=(Event(0.0, "campaign"), *stops))
    return replace(lawful, engine=engine, acknowledged=True, agreed={one.phone: "" for one in people})


@pytest.mark.parametrize(
    ("fault", "schedules"),
    [
        (no_look_at_consent, as_drawn),
        (no_look_at_the_basis, as_drawn),
        (no_look_at_unread_rules, as_drawn),
        (no_look_at_the_hours, as_drawn),
        (one_zone_of_several, as_drawn),
        (no_look_at_refusals, refusals_while_it_is_sent),
        (the_rest_goes_at_once, as_drawn),
        (a_clock_that_never_goes_back, as_drawn),
    ],
)
def test_a_planted_fault_is_found(fault, schedules, monkeypatch: Patch) -> None:
    fault(monkeypatch)
    swept = sweep(SEEDS, schedules)
    assert swept.broken is not None, "nothing forbidden was sent"
    assert swept.broken.broken[0].promise == "law", str(swept.broken)


def test_without_the_fault_nothing_is() -> None:
    assert sweep(SEEDS[:20], refusals_while_it_is_sent).broken is None
