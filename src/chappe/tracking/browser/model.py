"""Which pages may tell what their visitors did, and what they tell."""

from datetime import datetime
from typing import Annotated, Final, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from chappe.kit.errors import Problem

KEY_ID: Final = "pub"
MOST_SITES: Final = 10
MOST_KEYS: Final = 5
LARGEST_TOLD: Final = 2_000
"""Octets."""
MOST_VALUE: Final = 1_000_000

# Nothing that a page would have to be careful with: no line breaks, no controls.
_LINE: Final = r"\A[^\x00-\x1f\x7f]+\Z"


class BrowserSettings(NamedTuple):
    """`sites`: origins of pages (`https://shop.example`). `click_code`: links of messages lead on with the
    code of the click, as the parameter `chp`.
    """

    sites: tuple[str, ...] = ()
    click_code: bool = False


class BrowserKey(NamedTuple):
    """A key that pages name; `revoked_at` None: it works."""

    id: UUID
    created_at: datetime
    revoked_at: datetime | None


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the script sends. `code` is the click's."""

    code: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{7}\Z")]
    name: Annotated[str, Meta(max_length=100, pattern=_LINE)]
    value: Annotated[float, Meta(ge=0, le=MOST_VALUE)] | None = None
    currency: Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")] | None = None
    order_id: Annotated[str, Meta(max_length=100, pattern=_LINE)] | None = None


class BadSites(Problem):
    code = "bad_sites"
    status = 422
    title = "These are no sites"


class UnknownBrowserKey(Problem):
    code = "unknown_browser_key"
    status = 404
    title = "No such key"


class TooManyBrowserKeys(Problem):
    code = "too_many_browser_keys"
    status = 409
    title = "There are enough keys"


class SiteNotNamed(Problem):
    """The page that asks is from a site that the workspace has not named."""

    code = "site_not_named"
    status = 403
    title = "This site may not tell events"


class BadBrowserEvent(Problem):
    code = "bad_browser_event"
    status = 422
    title = "This event cannot be recorded"


class TooLargeBrowserEvent(Problem):
    code = "browser_event_too_large"
    status = 413
    title = "This event is too large"


class TooManyBrowserEvents(Problem):
    code = "too_many_browser_events"
    status = 429
    title = "Too many events"
