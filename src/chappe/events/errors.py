"""What can go wrong with events."""

from typing import ClassVar

from chappe.kit.errors import Problem


class NobodyNamed(Problem):
    code: ClassVar[str] = "nobody_named"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "An event is of one person"


class EventOutOfTime(Problem):
    code: ClassVar[str] = "event_out_of_time"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The time of the event cannot be kept"


class EventTooLarge(Problem):
    code: ClassVar[str] = "event_too_large"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The properties of the event are too large"
