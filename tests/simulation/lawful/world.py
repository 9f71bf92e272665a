"""A world in which people agree and refuse while campaigns are planned and sent under the rules of where they
live.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

from tests.simulation.events import Happenings
from tests.simulation.lawful.oracle import Oracle
from tests.simulation.lawful.people import Register, home_of
from tests.simulation.lawful.schedule import Lawful
from tests.simulation.planning import Facts, Snapshot, suppressed_scope
from tests.simulation.promises import Witness
from tests.simulation.schedule import Event, Person
from tests.simulation.tables import WORKSPACE, Campaign, Suppression, Tables
from tests.simulation.world import Outcome, World, run_in

from chappe.engine.suppressions import CHANNEL
from chappe.gate.law import Law
from chappe.messages.model import Purpose, first_id_of_day
from chappe.rules.choices import Choices
from chappe.rules.pack import Confidence, Profile
from chappe.rules.service import book, rules_under

_MOST_OF_A_RUN = 1_000


@cache
def law(*, careful: bool, acknowledged: bool) -> Law:
    """The product's own, with these choices of the workspace."""
    unread = [
        (rule.id, rule.fingerprint())
        for pack in book().packs.values()
        for rule in pack.rules
        if rule.confidence is Confidence.UNVERIFIED
    ]
    profile = Profile.CONSERVATIVE if careful else Profile.LEGAL_MINIMUM
    return Law(rules_under(Choices(profile, frozenset(unread if acknowledged else []))))


@dataclass
class LawfulSnapshot(Snapshot):
    """A campaign to the list, as it is when its audience is taken."""

    register: Register = field(default_factory=Register)

    def audience(self) -> Sequence[Person]:
        return list(self.register.members.values())

    def facts(self, person: Person, tables: Tables) -> Facts:
        home, basis = home_of(person.phone), self.register.consents.get(person.phone)
        return Facts(
            suppressed_scope(person, tables), basis is not None, home.zones, home.country, basis or ""
        )


class LawfulWorld(World):
    """Of one schedule."""

    def __init__(self, lawful: Lawful, home: Path) -> None:
        self.lawful = lawful
        self.register = Register()
        super().__init__(lawful.engine, home)

    def _watch(self) -> Witness:
        lawful = self.lawful
        self.oracle = Oracle(
            self.tables, self.loop, self.clock, careful=lawful.careful, acknowledged=lawful.acknowledged
        )
        return self.oracle

    def _happenings(self) -> Happenings:
        return LawfulHappenings(self)

    def fill(self) -> None:
        for person in self.lawful.engine.people:
            self.register.members[person.phone] = person
        for phone, basis in self.lawful.agreed.items():
            self.agree(phone, basis)

    def agree(self, phone: int, basis: str) -> None:
        """Consent is recorded, and what the person's own STOP closed is open again."""
        self.register.consents[phone] = basis
        self.tables.suppressions.pop(phone, None)
        self.oracle.consented(phone, basis)

    def begin(self) -> None:
        """One campaign more."""
        number = len(self.tables.campaigns)
        first = first_id_of_day(self.clock.now().date()) + 1 + number * _MOST_OF_A_RUN
        campaign = Campaign(
            UUID(int=self.lawful.seed * 100 + number + 1), number + 1, first, 0, int(Purpose.MARKETING),
            self.lawful.engine.campaign_rate, "preparing",
        )  # fmt: skip
        self.tables.campaigns[campaign.id] = self.tables.runs[campaign.run_id] = campaign
        binding = law(careful=self.lawful.careful, acknowledged=self.lawful.acknowledged)
        self.prepare(LawfulSnapshot(campaign, (), law=binding, register=self.register))


class LawfulHappenings(Happenings):
    """What people do, beside what happens to machines."""

    of_people = Happenings.of_people | {"refuse_texts", "agree", "import", "campaign"}

    def __init__(self, world: LawfulWorld) -> None:
        super().__init__(world)
        self._lawful = world

    def _refuse_texts(self, event: Event) -> None:
        """STOP: the suppression and the withdrawal are one transaction."""
        world = self._lawful
        world.register.consents.pop(event.who, None)
        world.tables.suppressions.setdefault(event.who, Suppression("marketing", self._loop.time()))
        world.oracle.refused(event.who)
        world.server.notify(CHANNEL, f"{WORKSPACE}:{event.who}:marketing")

    def _agree(self, event: Event) -> None:
        """A form, or START: nothing less than a person's own words in writing takes back a STOP."""
        world = self._lawful
        world.register.members.setdefault(event.who, Person(event.who, 1))
        if event.who not in world.tables.suppressions or not event.where:
            world.agree(event.who, event.where)

    def _import(self, event: Event) -> None:
        """A file names people, those who refused among them: it adds contacts and never lifts a refusal."""
        world = self._lawful
        everybody = [*world.register.members, *(one.phone for one in world.lawful.strangers)]
        start = everybody.index(event.who) if event.who in everybody else 0
        for phone in everybody[start : start + int(event.value)]:
            world.register.members.setdefault(phone, Person(phone, 1))
            refused = phone in world.tables.suppressions
            if event.where != "none" and not refused and phone not in world.register.consents:
                world.agree(phone, event.where)

    def _campaign(self, event: Event) -> None:
        self._lawful.begin()


def run_lawful(lawful: Lawful, prepare: Callable[[World], None] = lambda world: None) -> Outcome:
    """Run a schedule to its end."""
    return run_in(lambda home: LawfulWorld(lawful, home), prepare)
