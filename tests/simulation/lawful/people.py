"""Where simulated people live, and what the program knows of them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.simulation.schedule import Person


class Home(NamedTuple):
    """A place with its numbers. `first`: of a thousand numbers. `zones`: as a contact's column has them."""

    name: str
    first: int
    zones: str
    country: str


HOMES = (
    Home("france", 33_612_340_000, "Europe/Paris", "FR"),
    Home("reunion", 262_692_340_000, "Indian/Reunion", "RE"),
    Home("germany", 4_915_112_340_000, "Europe/Berlin", "DE"),
    Home("britain", 447_700_900_000, "Europe/London", "GB"),
    Home("toronto", 14_165_550_000, "America/Toronto", "CA"),
    Home("newfoundland", 17_095_550_000, "America/St_Johns", "CA"),
    Home("new york", 12_125_550_000, "America/New_York", "US"),
    # The Panhandle: its area code has two zones, and the rules ask for both.
    Home("florida", 18_505_550_000, "America/Chicago America/New_York", "US"),
)


def home_of(phone: int) -> Home:
    return next(home for home in HOMES if home.first <= phone < home.first + 1_000)


@dataclass
class Register:
    """The contacts of the one list, and who consented on what basis (empty: in writing), in the server."""

    members: dict[int, Person] = field(default_factory=dict)
    consents: dict[int, str] = field(default_factory=dict)
