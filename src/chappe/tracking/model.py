"""What a link is, who clicks, and what can be wrong."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple
from uuid import UUID

from chappe.kit.errors import Problem

LINK_ID: Final = "lnk"
DOMAIN_ID: Final = "dom"
MAIN_PATH: Final = "/l/"
"""Codes stand behind it on the installation's own host."""
LONGEST_URL: Final = 2_000
LONGEST_LABEL: Final = 100
MOST_MISSES: Final = 20
"""Codes that nobody has, asked for from one address within MISSES_WITHIN; the next are answered 429."""
MISSES_WITHIN: Final = timedelta(minutes=1)


class ClickKind(IntEnum):
    """Who asked for a link. The numbers are stored."""

    HUMAN = 1
    PREVIEW = 2
    SCANNER = 3


class Counted(NamedTuple):
    """Clicks on a link: by people and by everybody. `people`: messages that a person clicked on."""

    human: int
    previews: int
    scanners: int
    people: int

    @property
    def every(self) -> int:
        return self.human + self.previews + self.scanners


class Link(NamedTuple):
    """A destination and what stands before its codes. `campaign` is the name of what it was sent with."""

    id: int
    made_for: str
    run_id: int | None
    campaign_id: UUID | None
    position: int
    url: str
    label: str
    prefix: str
    created_at: datetime
    killed_at: datetime | None
    fault: str | None
    clicks: Counted
    number: int | None
    """Of a link made by hand: the number of its one code."""


class Linking(NamedTuple):
    """How the addresses of a text are shortened: what stands before codes, and what is added to addresses.
    `label`: what the text belongs to, for people who look at its links.
    """

    prefix: str
    domain_id: UUID | None
    utm: Mapping[str, str]
    label: str = ""


class Click(NamedTuple):
    """A click as it is told: `why` it is taken for what it is."""

    id: int
    at: datetime
    link_id: int
    message_id: int | None
    contact_id: int | None
    kind: ClickKind
    why: str


class UnknownLink(Problem):
    code = "unknown_link"
    status = 404
    title = "No such link"


class BadDestination(Problem):
    """A link must not lead there; `fault` is one of destinations.Fault."""

    code = "bad_destination"
    status = 422
    title = "A link must not lead there"


class UnknownLinkDomain(Problem):
    code = "unknown_link_domain"
    status = 404
    title = "No such link domain"


class BadUtm(Problem):
    code = "bad_utm"
    status = 422
    title = "These parameters cannot be added to links"


class Domain(NamedTuple):
    """A host of one's own. `state`: pending (not seen to lead here), ready, killed; `error`: what was found
    there instead.
    """

    id: UUID
    host: str
    state: str
    chosen: bool
    created_at: datetime
    checked_at: datetime | None
    verified_at: datetime | None
    error: str | None
