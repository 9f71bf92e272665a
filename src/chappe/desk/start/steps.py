"""The steps of the first run, and which of them are done. Pure."""

from enum import StrEnum
from typing import NamedTuple


class Step(StrEnum):
    ACCOUNT = "account"
    BRAND = "brand"
    SENDER = "sender"
    CARRIER = "carrier"
    CONTACT = "contact"
    MESSAGE = "message"


class Progress(NamedTuple):
    """`phone` and `message_id` are of the first contact and message; `left`: a person put the rest aside."""

    done: frozenset[Step]
    phone: int | None
    message_id: int | None
    left: bool

    @property
    def current(self) -> Step | None:
        """The first that is not done; None when all are."""
        return next((step for step in Step if step not in self.done), None)

    @property
    def asks(self) -> bool:
        """Whether the home page should lead here."""
        return self.current is not None and not self.left
