"""Phones that open links by themselves."""

import random
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chappe.lab.browser import Agent
from chappe.lab.scenario import PhoneClick, draw_span
from chappe.smpp.constants import MessageState
from chappe.smpp.submits import Submits

_REMEMBERED: Final = 1_000_000


class ScriptedClick(NamedTuple):
    """The phone `number` opens the link of what it got, `after` seconds."""

    number: str
    agent: Agent
    after: float


class ClickScript:
    """Chooses by a hash of the number and the seed, as `ReplyScript` does and independently of it."""

    def __init__(self, clicks: Sequence[PhoneClick], seed: int) -> None:
        self._clicks = clicks
        self._seed = f"clicks {seed}:".encode()
        # Not for security: how long a person looks before they tap.
        self._rng = random.Random(seed)  # noqa: S311
        self._clicked: set[bytes] = set()

    def clicks_on(self, messages: Submits, states: Sequence[int]) -> Iterator[ScriptedClick]:
        """What this batch provokes. A number opens the links of the first message it gets."""
        if not self._clicks:
            return
        for number, state in zip(messages.destinations, states, strict=True):
            click = self._choice(number)
            if click is None or state != MessageState.DELIVERED or number in self._clicked:
                continue
            if len(self._clicked) < _REMEMBERED:
                self._clicked.add(number)
            yield ScriptedClick(number.decode("latin-1"), click.agent, draw_span(click.after, self._rng))

    def _choice(self, number: bytes) -> PhoneClick | None:
        draw = zlib.crc32(self._seed + number) / 0x1_0000_0000
        for click in self._clicks:
            if draw < click.share:
                return click
            draw -= click.share
        return None
