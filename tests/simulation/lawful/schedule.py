"""What a seed stands for: who is there, what they agree to and take back, what is sent to them, and when."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.lawful.people import HOMES, Home
from tests.simulation.schedule import Event, Person, Schedule
from tests.simulation.schedule import draw as draw_any

from chappe.messages.model import Purpose

# Days at whose ends something happens: holidays and their eves, Sundays, changes of the clock.
_DAYS = (
    "2026-03-10", "2026-03-28", "2026-03-29", "2026-04-02", "2026-04-03", "2026-04-05", "2026-05-08",
    "2026-05-13", "2026-07-13", "2026-10-24", "2026-10-31", "2026-11-01", "2026-12-19", "2026-12-24",
    "2026-12-26", "2027-03-13", "2027-03-14", "2027-12-18", "2027-12-20",
)  # fmt: skip
# Full hours at which some place opens or closes.
_EDGES = (8, 9, 11, 12, 20, 21, 22)
_BASES = ("", "", "", "", "spoken", "soft_opt_in", "implied")
_DAY = 86_400
_STEPS = (-3_600, -5, 5, 3_600, 7_200, 43_200, _DAY)
_OF_PEOPLE = (
    ("refuse_texts", 5), ("agree", 3), ("import", 3), ("campaign", 2), ("step", 3), ("pause", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Lawful:
    """`engine` is what the machines and the carrier do. `careful`: the profile. `agreed`: basis by number,
    from the start. Those in `strangers` come to the list by an import, if at all.
    """

    engine: Schedule
    careful: bool
    acknowledged: bool
    agreed: dict[int, str]
    strangers: tuple[Person, ...]

    @property
    def seed(self) -> int:
        return self.engine.seed


def draw(seed: int) -> Lawful:
    """The schedule of a seed."""
    chance = random.Random(seed ^ 0x1A37)
    engine = draw_any(seed)
    homes = chance.sample(HOMES, chance.randint(1, 3))
    everybody = _people(chance, homes)
    members = everybody[: max(1, len(everybody) * 2 // 3)]
    careful = chance.random() < 0.6
    engine = replace(
        engine,
        purpose=Purpose.MARKETING,
        people=members,
        planned=True,
        expires_after=None,
        start=_start(chance, homes),
        link_rate=chance.choice((1, 2, 4, 8, None)),
        events=tuple(
            sorted([*_machines(engine), *_people_events(chance, everybody)], key=lambda event: event.at)
        ),
    )
    agreed = {one.phone: chance.choice(_BASES) for one in members if chance.random() < 0.8}
    return Lawful(engine, careful, chance.random() < 0.7, agreed, everybody[len(members) :])


def _people(chance: random.Random, homes: list[Home]) -> tuple[Person, ...]:
    count = chance.randint(3, 12)
    return tuple(Person(chance.choice(homes).first + number, 1) for number in range(count))


def _start(chance: random.Random, homes: list[Home]) -> datetime:
    """Seconds before or after an hour at which some place opens or closes; now and then in mid-afternoon."""
    zone = ZoneInfo(chance.choice(homes).zones.split()[0])
    day = datetime.fromisoformat(chance.choice(_DAYS)).date()
    if chance.random() < 0.3:
        return datetime.combine(day, time(14), zone).astimezone(UTC)
    edge = datetime.combine(day, time(chance.choice(_EDGES)), zone).astimezone(UTC)
    return edge - timedelta(seconds=chance.uniform(-0.5, 4.0))


def _machines(engine: Schedule) -> list[Event]:
    """What the engine's own schedule breaks; its wishes of people are drawn here."""
    return [event for event in engine.events if event.kind not in ("suppress", "cancel", "step", "rate")]


def _people_events(chance: random.Random, everybody: tuple[Person, ...]) -> list[Event]:
    kinds = [kind for kind, _ in _OF_PEOPLE]
    drawn = chance.choices(kinds, [weight for _, weight in _OF_PEOPLE], k=chance.randint(2, 8))
    # The first campaign begins at once, or when somebody's words are already on their way.
    found = [Event(chance.choice((0.0, 0.5)), "campaign")]
    for kind in drawn:
        at, basis = chance.uniform(0.0, 6.0), chance.choice(_BASES)
        phone = chance.choice(everybody).phone
        if kind == "import":
            # With evidence, it brings consent; without, contacts alone.
            found.append(
                Event(at, kind, phone, chance.randint(1, 4), basis if chance.random() < 0.6 else "none")
            )
        elif kind == "step":
            found.append(Event(at, kind, 0, chance.choice(_STEPS)))
        elif kind == "pause":
            found.append(Event(at, kind, 0, chance.choice((0.5, 2.0))))
        else:
            found.append(Event(at, kind, phone, 0, basis))
    return found
