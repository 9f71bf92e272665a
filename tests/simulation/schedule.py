"""What a seed stands for: the campaign, the machines, the carrier's mood, and what goes wrong and when."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.carrier import Mood
from tests.simulation.clock import MORNING
from tests.simulation.server import Weather

from chappe.messages.model import Purpose
from chappe.smpp.constants import CommandStatus

CLOSING = MORNING.replace(hour=18, minute=59, second=58)
_S = CommandStatus
_REFUSALS = (_S.ESME_RTHROTTLED, _S.ESME_RMSGQFUL, _S.ESME_RSYSERR, _S.ESME_RINVDSTADR, _S.ESME_RSUBMITFAIL)
# One to four parts; UCS-2, which are the shorter texts of so many parts.
_TEXTS = ("я", "я" * 71, "я" * 135, "я" * 202)


@dataclass(frozen=True)
class Person:
    """A recipient: the number and the text, of so many parts."""

    phone: int
    parts: int

    @property
    def body(self) -> str:
        return _TEXTS[self.parts - 1]


@dataclass(frozen=True)
class Event:
    """Something that happens `at` so many seconds after the start."""

    at: float
    kind: str
    who: int = 0
    value: float = 0.0
    where: str = ""


@dataclass(frozen=True)
class Schedule:
    """All that a run of the simulation follows, but for the order of steps, which the same seed draws."""

    seed: int
    people: tuple[Person, ...]
    purpose: Purpose = Purpose.MARKETING
    chunk: int = 5
    window: int = 10
    link_rate: float | None = None
    campaign_rate: int | None = None
    senders: int = 1
    response_seconds: float = 1.0
    start: datetime = MORNING
    expires_after: timedelta | None = None
    receipts_in_memory: int = 1_000
    tick: float = 0.1
    planned: bool = False
    slowest_network: float = 0.005
    mood: Mood = field(default_factory=Mood)
    weather: Weather = field(default_factory=Weather)
    events: tuple[Event, ...] = ()


def draw(seed: int) -> Schedule:
    """The schedule of a seed."""
    chance = random.Random(seed)
    people = tuple(
        Person(33_600_000_000 + n, 1 if chance.random() < 0.75 else chance.randint(2, 4))
        for n in range(chance.randint(2, 10))
    )
    rare = chance.random
    senders = 2 if rare() < 0.15 else 1
    purpose = Purpose.OTP if rare() < 0.1 else Purpose.MARKETING
    return Schedule(
        seed=seed,
        people=people,
        purpose=purpose,
        chunk=chance.randint(1, 8),
        window=chance.choice((1, 2, 5, 10, 20)),
        link_rate=chance.choice((8, 20, 50, 100)) if rare() < 0.18 else None,
        campaign_rate=chance.choice((10, 20, 50)) if rare() < 0.15 else None,
        senders=senders,
        start=CLOSING if rare() < 0.06 else MORNING,
        expires_after=timedelta(seconds=chance.uniform(0.2, 3)) if rare() < 0.05 else None,
        receipts_in_memory=32 if rare() < 0.15 else 1_000,
        tick=chance.choice((0.1, 0.5)),
        planned=purpose is Purpose.MARKETING and rare() < 0.15,
        slowest_network=chance.choice((0.001, 0.01, 0.05)),
        mood=_mood(chance),
        weather=_weather(chance),
        events=_events(chance, people, senders),
    )


def _mood(chance: random.Random) -> Mood:
    rare = chance.random
    refusals: tuple[tuple[int, float], ...] = ()
    if rare() < 0.3:
        kinds = chance.sample(_REFUSALS, chance.randint(1, 2))
        refusals = tuple((int(one), chance.choice((0.05, 0.3))) for one in kinds)
    return Mood(
        slowest_answer=chance.choice((0.005, 0.1, 0.4)) if rare() < 0.95 else 2.5,
        in_order=rare() < 0.6,
        refusals=refusals,
        silent=0.1 if rare() < 0.15 else 0.0,
        slowest_receipt=chance.choice((0.01, 0.2, 0.6)),
        early=0.5 if rare() < 0.3 else 0.0,
        failed=chance.choice((0.0, 0.2, 0.6)),
        twice=0.3 if rare() < 0.3 else 0.0,
        contradictory=0.3 if rare() < 0.3 else 0.0,
        unreported=0.1 if rare() < 0.2 else 0.0,
        disguised=rare() < 0.1,
    )


def _weather(chance: random.Random) -> Weather:
    slowest = chance.choice((0.001, 0.01, 0.05))
    if chance.random() < 0.7:
        return Weather(slowest)
    share = chance.choice((0.02, 0.1))
    return Weather(slowest, question_lost=share, answer_lost=share, late=share / 2)


_KINDS = (
    ("kill", 5), ("trap", 5), ("fuse", 5), ("stop", 2), ("terminate", 2), ("crash", 2), ("cut", 3),
    ("refuse", 1), ("full", 1), ("suppress", 4), ("pause", 2), ("cancel", 1), ("rate", 1), ("step", 1),
    ("deaf", 1), ("mute", 1),
)  # fmt: skip
_TRAPS = ("before journal", "after journal", "before socket", "after socket")


def _events(chance: random.Random, people: tuple[Person, ...], senders: int) -> tuple[Event, ...]:
    count = chance.choice((0, 1, 1, 1, 2, 2, 3))
    kinds = chance.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS], k=count)
    found = []
    for kind in kinds:
        at = chance.uniform(0.0, 1.5)
        who = chance.randrange(senders)
        if kind == "trap":
            found.append(Event(0.0, kind, who, chance.randint(0, 12), chance.choice(_TRAPS)))
        elif kind == "fuse":
            found.append(Event(0.0, kind, who, chance.randint(20, 900)))
        elif kind == "suppress":
            found.append(Event(at, kind, chance.choice(people).phone, 0, chance.choice(("marketing", "all"))))
        elif kind == "stop":
            found.append(Event(at, kind, who, chance.choice((0.3, 1.2, 2.0, 7.0, 12.0))))
        elif kind == "mute":
            found.append(Event(at, kind, who, chance.choice((3.0, 8.0, 12.0))))
        elif kind == "rate":
            found.append(Event(at, kind, who, chance.choice((5, 40, 100))))
        elif kind == "step":
            found.append(Event(at, kind, who, chance.choice((-3600, -5, 5, 3600))))
        else:
            found.append(Event(at, kind, who, chance.choice((0.05, 0.5, 1.5))))
    return tuple(sorted(found, key=lambda event: event.at))
