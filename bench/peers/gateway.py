"""What both sides of the comparison do: start, take messages by HTTP, be killed, tell what became of them."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import NamedTuple

from chappe.bench.load import Load

TEXT = "Boutique: bonjour client @@@@@@@@, -20% sur tout le magasin jusqu'a samedi avec le code TELEGRAPHE"
FIRST_PHONE = 33_600_000_000


class Outcome(NamedTuple):
    """What the gateway itself tells of messages by number: those whose final receipt it has handed on or
    recorded, and those that it tells are in doubt, for a person to decide.
    """

    receipts: set[int]
    doubtful: set[int]


class Gateway(ABC):
    """`name` is the line in the table. One message a request; receipts are asked for each."""

    name: str

    @abstractmethod
    async def start(self) -> None:
        """Returns when messages are taken and the carrier is bound."""

    @abstractmethod
    async def kill(self) -> None:
        """kill -9 of all of it. `start` may follow."""

    @abstractmethod
    async def stop(self) -> None: ...

    @abstractmethod
    def load(self, messages: int, connections: int) -> Load:
        """Message number n goes to FIRST_PHONE + n."""

    @abstractmethod
    def pids(self) -> dict[str, int]:
        """Processes whose CPU time counts, each with its children."""

    @abstractmethod
    async def received(self, messages: int) -> int:
        """How many of the messages have their final receipt, as far as the gateway has told so."""

    @abstractmethod
    async def outcome(self) -> Outcome: ...


class Place(NamedTuple):
    """Where a gateway runs: an empty folder, and the carrier's address."""

    folder: Path
    carrier: tuple[str, int]
