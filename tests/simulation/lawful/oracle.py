"""What the law and the people forbid, written apart from the gate and its packs: dates by hand, hours from
the texts, consent from what people did. It watches the carrier's socket.

Sources: the af2m charter for France (working days, 8 to 22 by the text, 8 to 20 by custom), 47 CFR
64.1200(c)(1) and Florida Statutes 501.616(6)(a) for the United States; Germany, Britain and Canada have no
hours for texts in their law, so that only the careful profile keeps any.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tests.simulation.carrier import Carrier, Submit
from tests.simulation.clock import VirtualClock
from tests.simulation.lawful.people import Home, home_of
from tests.simulation.loop import Host, VirtualLoop
from tests.simulation.promises import Witness
from tests.simulation.tables import Broken, Tables

# A word of the person is heard by the senders within this.
_HEARD_WITHIN = 1.0
_WEEKDAYS, _SATURDAY, _SUNDAY = range(5), 5, 6

Hours = dict[int, tuple[time, time]]


def _hours(weekdays: tuple[int, int], saturday: tuple[int, int], sunday: tuple[int, int] | None) -> Hours:
    found = {day: (time(weekdays[0]), time(weekdays[1])) for day in _WEEKDAYS}
    found[_SATURDAY] = (time(saturday[0]), time(saturday[1]))
    if sunday is not None:
        found[_SUNDAY] = (time(sunday[0]), time(sunday[1]))
    return found


_CAREFUL = {
    "france": _hours((8, 20), (8, 20), None),
    "reunion": _hours((8, 20), (8, 20), None),
    "germany": _hours((8, 21), (8, 21), None),
    "britain": _hours((8, 21), (8, 21), (8, 21)),
    "toronto": _hours((9, 21), (9, 21), (9, 21)),
    "newfoundland": _hours((9, 21), (9, 21), (9, 21)),
    "new york": _hours((11, 20), (11, 20), (12, 20)),
    "florida": _hours((11, 20), (11, 20), (12, 20)),
}
_LEAST = {
    "france": _hours((8, 22), (8, 22), None),
    "reunion": _hours((8, 22), (8, 22), None),
    "new york": _hours((8, 21), (8, 21), (8, 21)),
    "florida": _hours((8, 20), (8, 20), (8, 20)),
}
_FRENCH = {
    *(date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25)),
    *(date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25)),
    *(date(2027, 1, 1), date(2027, 3, 29), date(2027, 5, 1), date(2027, 12, 25)),
}
# Alsace and Moselle; a mobile number does not say where in France it is.
_ALSATIAN = {date(2026, 4, 3), date(2026, 12, 26), date(2027, 3, 26), date(2027, 12, 26)}
# The day of the abolition.
_OF_REUNION = {date(2026, 12, 20), date(2027, 12, 20)}

# What a consent must not rest on, by country. Implied consent is time-bound in Canada, and nobody here knows
# since when it holds.
_TOO_LITTLE = {
    "FR": {"implied"},
    "RE": {"implied"},
    "DE": {"implied"},
    "GB": {"implied"},
    "CA": {"implied", "soft_opt_in"},
    "US": {"implied", "soft_opt_in"},
}
# Their rules rest in part on texts that nobody here has read: nothing leaves until somebody accepts that.
_UNREAD = {"CA", "US"}


def open_there(home: Home, local: datetime, *, careful: bool) -> bool:
    """Whether marketing may come at this local time of one of the home's zones."""
    day = local.date()
    if home.country in ("FR", "RE"):
        closed = _FRENCH | (_OF_REUNION if home.country == "RE" else set())
        if day in closed or (careful and day in _ALSATIAN):
            return False
    hours = (_CAREFUL if careful else _LEAST).get(home.name)
    if hours is None:
        return True
    today = hours.get(local.weekday())
    return today is not None and today[0] <= local.time() < today[1]


class Oracle(Witness):
    """Of one run. Told by the world what people do; it reads neither consents nor the gate's decisions."""

    def __init__(
        self, tables: Tables, loop: VirtualLoop, clock: VirtualClock, *, careful: bool, acknowledged: bool
    ) -> None:
        super().__init__()
        self._tables = tables
        self._loop = loop
        self._clock = clock
        self._careful = careful
        self._acknowledged = acknowledged
        # All that they agreed to since they last refused: a weaker word takes nothing from a stronger one.
        self._bases: defaultdict[int, set[str]] = defaultdict(set)
        self._forbidden_since: dict[int, float] = {}

    # What people did

    def consented(self, phone: int, basis: str) -> None:
        if self._forbidden_since.pop(phone, None) is not None:
            self._bases[phone].clear()
        self._bases[phone].add(basis)

    def refused(self, phone: int) -> None:
        self._forbidden_since.setdefault(phone, self._loop.time())

    # What was sent

    def written(self, host: Host | None, submits: Sequence[Submit]) -> None:
        now = self._clock.now()
        for submit in submits:
            why = self._why_not(submit.phone, now)
            if why is not None:
                self.broken.append(Broken("law", f"{submit.phone} was written to at {now}: {why}"))

    def _why_not(self, phone: int, now: datetime) -> str | None:
        if not self._bases[phone]:
            return "never consented"
        since = self._forbidden_since.get(phone)
        if since is not None and self._loop.time() - since > _HEARD_WITHIN:
            return f"said no {self._loop.time() - since:.3f} s before"
        home = home_of(phone)
        if self._bases[phone] <= _TOO_LITTLE[home.country]:
            return f"consent is {self._bases[phone]}"
        if home.country in _UNREAD and not self._acknowledged:
            return "nobody has acknowledged its unread rules"
        for zone in home.zones.split():
            local = now.astimezone(ZoneInfo(zone))
            if not open_there(home, local, careful=self._careful):
                return f"it is {local:%A %Y-%m-%d %H:%M:%S} there"
        return None

    # At the end

    def check_end(self, carrier: Carrier, *, planned: bool) -> None:
        """Silence is no way to keep the law: what was planned has its end."""
        missing = [number for number in self._tables.messages if number not in self._tables.states]
        if missing:
            self.broken.append(Broken("I1", f"{len(missing)} messages have no end"))
