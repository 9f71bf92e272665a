"""A scenario: how the simulated carriers and the phones behave, as typed data.

Every key of the TOML form is a field here, with the same name; durations are seconds, shares are between
0 and 1. A duration may be a pair `[least, most]`, drawn once per batch. `seed` decides faults and replies,
never message ids: a restarted carrier must not hand out the same ids again.
"""

import random
from enum import StrEnum
from typing import Annotated

import msgspec

from chappe.lab.browser import Agent

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
# Not tuple[Seconds, Seconds]: msgspec 0.22 reads the length of a fixed tuple wrongly in a union with a
# constrained float, and crashes.
Span = Seconds | Annotated[tuple[Seconds, ...], msgspec.Meta(min_length=2, max_length=2)]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]


class IdStyle(StrEnum):
    """How one and the same message id is written (facts seen at carriers: hex in the answer and decimal in
    the receipt, zeros in front, the other case, UUIDs).
    """

    DECIMAL = "decimal"
    DECIMAL10 = "decimal10"  # zero-padded to ten digits
    HEX = "hex"
    HEX_UPPER = "HEX"
    HEX16 = "hex16"  # zero-padded to sixteen digits
    UUID = "uuid"
    UUID_UPPER = "UUID"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the scenario: frozen, and a key it does not know is an error."""


class Binds(_Part, frozen=True):
    """Who may bind. No credentials: anyone. `refuse` alone refuses every bind; with `refuse_first`, only
    that many. `links` bounds the binds held at once (0: no bound).
    """

    credentials: dict[str, str] = {}
    refuse: str = ""
    refuse_first: Count = 0
    links: Count = 0


class Tls(_Part, frozen=True):
    certificate: str
    key: str


class Rule(_Part, frozen=True):
    """Refuse submits to the destinations that match (`*` and `?`). `first`: only the first so many submits
    to each number (0: all of them).
    """

    destination: str
    status: str
    share: Share = 1.0
    first: Count = 0


class Answers(_Part, frozen=True):
    """How submits are answered. `never` is the share that is taken and not answered; `parts_per_second` is
    enforced in every sliding second with ESME_RTHROTTLED (0: no limit).
    """

    delay: Span = 0.0
    parts_per_second: Count = 0
    errors: dict[str, Share] = {}
    never: Share = 0.0
    rules: tuple[Rule, ...] = ()


class Ids(_Part, frozen=True):
    """`bits` is the width of the number behind the id; above 64 it overflows what many programs store."""

    answer: IdStyle = IdStyle.UUID
    receipt: IdStyle | None = None
    bits: Annotated[int, msgspec.Meta(ge=16, le=128)] = 128


class ReceiptRule(_Part, frozen=True):
    destination: str
    state: str


class Receipts(_Part, frozen=True):
    """Which receipts are sent, and when.

    `states` shares need not reach 1: the rest is DELIVERED. `copies` is how often each is sent in all.
    `contradict` is the share followed by another final state. `window` bounds what is unacknowledged on a
    link; `retry` is the time after which a receipt refused by the client is tried again. `hold` keeps all
    of them until it is switched off. `late` is the share that comes `late_after` instead of `delay`: phones
    that were off.
    """

    delay: Span = 0.1
    late: Share = 0.0
    late_after: Span = (1.0, 10.0)
    states: dict[str, Share] = {}
    rules: tuple[ReceiptRule, ...] = ()
    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    reorder: bool = False
    before_answer: Share = 0.0
    never: Share = 0.0
    enroute: Share = 0.0
    contradict: Share = 0.0
    tlvs: bool = True
    text: bool = True
    hold: bool = False
    window: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 5_000
    retry: Seconds = 5.0


class Faults(_Part, frozen=True):
    """What befalls a link. After `disconnect_after` submits on a link the carrier closes it with half of
    the last batch unanswered, `disconnects` times in all (0: every time); with `reset` by a TCP reset, which
    also drops what it has not written yet. After `black_hole_after` submits it stops reading and writing,
    without closing.
    """

    disconnect_after: Count = 0
    disconnects: Count = 1
    reset: bool = True
    black_hole_after: Count = 0


class CarrierScenario(_Part, frozen=True):
    name: Name
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    binds: Binds = Binds()
    tls: Tls | None = None
    answers: Answers = Answers()
    ids: Ids = Ids()
    receipts: Receipts = Receipts()
    faults: Faults = Faults()


class PhoneReply(_Part, frozen=True):
    """A share of the numbers answers the first message that it gets with `text`, `after` seconds."""

    share: Share
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    after: Span = (1.0, 5.0)


class PhoneClick(_Part, frozen=True):
    """A share of the numbers opens the last link of the first message that it gets, `after` seconds."""

    share: Share
    after: Span = (2.0, 30.0)
    agent: Agent = Agent.IPHONE


class Phones(_Part, frozen=True):
    """`keep` numbers are remembered (the most recent ones), `messages` of each. `links`: where the links that
    name another host than this machine are answered here, e.g. `http://127.0.0.1:8080`.
    """

    keep: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10_000
    messages: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 50
    replies: tuple[PhoneReply, ...] = ()
    clicks: tuple[PhoneClick, ...] = ()
    links: (
        Annotated[str, msgspec.Meta(pattern=r"^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$")] | None
    ) = None


class Scenario(_Part, frozen=True):
    carriers: Annotated[tuple[CarrierScenario, ...], msgspec.Meta(min_length=1)]
    seed: int = 1
    phones: Phones = Phones()

    def carrier(self, name: str) -> CarrierScenario:
        """The carrier of that name; KeyError when the scenario has none."""
        for carrier in self.carriers:
            if carrier.name == name:
                return carrier
        raise KeyError(name)


def draw_span(span: Span, rng: random.Random) -> float:
    """Seconds: a fixed duration, or one drawn between the two ends."""
    return rng.uniform(span[0], span[1]) if isinstance(span, tuple) else span
