"""What is counted of each variant."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is compared: the share of people who act, or what a person brings on average."""

    SHARE = "share"
    WORTH = "worth"


class Arm(NamedTuple):
    """One variant. `people`: who was written to. `acted`: who of them did what is counted, each once.
    `left`: who of them opted out. `worth`, `squares`: the sum over people of what they brought, in one
    currency, and of its square; 0 where no money is compared.

    All arms of a test are counted over the same time after each person's message: else whoever was written to
    first would seem better.
    """

    letter: str
    people: int
    acted: int
    left: int = 0
    worth: float = 0.0
    squares: float = 0.0

    @property
    def share(self) -> float:
        """Who acted, of those written to; 0 of nobody."""
        return self.acted / self.people if self.people else 0.0

    @property
    def mean(self) -> float:
        """What a person brought; 0 of nobody."""
        return self.worth / self.people if self.people else 0.0

    @property
    def spread(self) -> float:
        """The variance of what a person brought."""
        return max(0.0, self.squares / self.people - self.mean**2) if self.people else 0.0

    def value(self, kind: Kind) -> float:
        return self.share if kind is Kind.SHARE else self.mean
