"""The pages, wired: every room's handlers, who is asking, the navigation, the objects they are handed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from litestar import Response
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler

from chappe.accounts import key_pages
from chappe.accounts import pages as accounts_pages
from chappe.accounts.audit import pages as audit_pages
from chappe.accounts.claiming import pages as claiming_pages
from chappe.accounts.logins import Logins
from chappe.accounts.mails import pages as mail_pages
from chappe.accounts.mails.sending import outbox_of
from chappe.accounts.pages import SessionViewers
from chappe.accounts.passwords import Passwords
from chappe.accounts.security import (
    account_pages,
    factor_pages,
    reset_pages,
    sign_on_pages,
)
from chappe.accounts.security import settings_pages as security_pages
from chappe.accounts.security.second_factor import SecondFactors
from chappe.accounts.security.single_sign_on import SingleSignOn
from chappe.accounts.settings import pages as settings_pages
from chappe.accounts.team import joining, workspace_pages
from chappe.accounts.team import pages as team_pages
from chappe.app import phones_pages
from chappe.app.lab_address import find_lab
from chappe.app.lab_client import LabClient
from chappe.app.navigation import actions_for, groups_for
from chappe.audience import pages as audience_pages
from chappe.campaigns import pages as campaigns_pages
from chappe.campaigns.drafts import Clocks
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.live import Feed
from chappe.carriers import pages as carriers_pages
from chappe.carriers import test_data
from chappe.config.settings import Settings
from chappe.consent import pages as consent_pages
from chappe.consent import word_pages
from chappe.consent.ledger import key_pages as ledger_key_pages
from chappe.consent.ledger import pages as ledger_pages
from chappe.consent.preference_links import PreferenceLinks
from chappe.consent.topics import pages as topics_pages
from chappe.contacts import pages as contacts_pages
from chappe.contacts.pages.finders import finders as contacts_finders
from chappe.content.kits import pages as kits_pages
from chappe.content.media import pages as media_pages
from chappe.content.templates import pages as templates_pages
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.desk import (
    background_pages,
    carrier_test_pages,
    contact_pages,
    entry_pages,
    message_pages,
    note_pages,
    test_box_pages,
)
from chappe.desk import pages as home_pages
from chappe.desk.alerts import pages as alert_pages
from chappe.desk.analytics import pages as analytics_pages
from chappe.desk.duplicates import pages as duplicates_pages
from chappe.desk.finders import finders as desk_finders
from chappe.desk.portfolio import pages as portfolio_pages
from chappe.desk.retention import pages as retention_pages
from chappe.desk.retention import rule_pages as retention_rule_pages
from chappe.desk.start import pages as start_pages
from chappe.events import pages as events_pages
from chappe.gate import pages as gate_pages
from chappe.inbox import pages as inbox_pages
from chappe.inbox.answers import Answers
from chappe.inbox.live import Bell
from chappe.inbox.showing import Desk
from chappe.kit.clock import Clock, DemoClock
from chappe.kit.outbound import Outbound
from chappe.offers import pages as offers_pages
from chappe.persons import answer_pages, request_pages
from chappe.persons import pages as persons_pages
from chappe.rules import acknowledging_pages as rules_acknowledging
from chappe.rules import pages as rules_pages
from chappe.sending.service import Door
from chappe.signup import pages as signup_pages
from chappe.signup.forms import pages as form_pages
from chappe.signup.forms.limits import Limits
from chappe.signup.forms.signing import Reception, Signing
from chappe.signup.forms.trap import Trap
from chappe.signup.preferences import pages as preferences_pages
from chappe.signup.stoplist import pages as stoplist_pages
from chappe.signup.texts import pages as sign_up_texts_pages
from chappe.tracking.browser import open_pages as browser_open_pages
from chappe.tracking.browser import pages as browser_pages
from chappe.tracking.browser.receiving import BrowserEvents
from chappe.tracking.conversions import pages as conversions_pages
from chappe.tracking.domains import pages as link_domains_pages
from chappe.tracking.links import pages as links_pages
from chappe.web import assets as front_end
from chappe.web import gallery, live, palette
from chappe.web.environment import environments
from chappe.web.given import given
from chappe.web.navigation import Group
from chappe.web.page import AnyRequest, Shell
from chappe.web.problems import ProblemPages
from chappe.web.router import pages_router
from chappe.web.streams import Closing
from chappe.web.viewer import Viewer

Handler: TypeAlias = Callable[[AnyRequest, Any], Response[Any]]

# Addresses that programs ask: their errors are problem+json whatever they accept.
_FOR_PROGRAMS = ("/v1/", "/static/", "/docs/", "/healthz/", "/readyz/", "/metrics/", "/openapi.json/")


@dataclass(frozen=True, slots=True)
class Pages:
    """What the handlers of an application's pages are handed by name, and what it closes."""

    given: Mapping[str, Any]
    closing: Closing
    """Set it when the server begins to stop: live streams end."""
    feed: Feed
    bell: Bell
    estimator: Estimator
    lab: LabClient

    async def close(self) -> None:
        self.closing.set()
        await self.feed.close()
        await self.bell.close()
        await self.estimator.close()
        await self.lab.close()


def or_else(handlers: Mapping[Any, Any]) -> dict[Any, Handler]:
    """`handlers` of the API, but a page for a browser that went astray."""

    def choosing(handler: Handler) -> Handler:
        def answer(request: AnyRequest, error: Exception) -> Response[Any]:
            if _for_people(request):
                page: Response[Any] = given(request.scope)["problem_pages"].answer(request, error)
                return page
            return handler(request, error)

        return answer

    return {kind: choosing(handler) for kind, handler in handlers.items()}


def _lab_address(settings: Settings) -> tuple[str, int] | None:
    """Where the simulated carrier of the first run listens; None when no lab runs."""
    ready = find_lab(settings.home)
    address = ready.carriers.get("demo") if ready is not None else None
    return None if address is None else (address.host, address.port)


def _for_people(request: AnyRequest) -> bool:
    wanted = request.headers.get("accept", "")
    return "text/html" in wanted and not f"{request.url.path}/".startswith(_FOR_PROGRAMS)


def routes(
    csrf_secret: bytes, names: Iterable[str], *, development: bool
) -> Sequence[ControllerRouterHandler]:
    """Everything that a person looks at, and the files it needs; `names` are those of `Pages.given`.

    NoFrontEnd when `frontend/` was never built.
    """
    return [front_end.built().router(), pages_router(csrf_secret, _handlers(development), names)]


def _handlers(development: bool) -> list[ControllerRouterHandler]:
    handlers = [
        *home_pages.routes,
        *analytics_pages.routes,
        *alert_pages.routes,
        *start_pages.routes,
        *claiming_pages.routes,
        *accounts_pages.routes,
        *team_pages.routes,
        *joining.routes,
        *workspace_pages.routes,
        *portfolio_pages.routes,
        *key_pages.routes,
        *settings_pages.routes,
        *conversions_pages.routes,
        *browser_pages.routes,
        *browser_open_pages.routes,
        *link_domains_pages.routes,
        *links_pages.routes,
        *retention_pages.routes,
        *retention_rule_pages.routes,
        *duplicates_pages.routes,
        *note_pages.routes,
        *reset_pages.routes,
        *sign_on_pages.routes,
        *account_pages.routes,
        *factor_pages.routes,
        *security_pages.routes,
        *audit_pages.routes,
        *mail_pages.routes,
        *campaigns_pages.routes,
        *offers_pages.routes,
        *templates_pages.routes,
        *kits_pages.routes,
        *media_pages.routes,
        *consent_pages.routes,
        *topics_pages.routes,
        *preferences_pages.routes,
        *word_pages.routes,
        *ledger_pages.routes,
        *ledger_key_pages.routes,
        *carriers_pages.routes,
        *carrier_test_pages.routes,
        *background_pages.routes,
        *message_pages.routes,
        *inbox_pages.routes,
        *contacts_pages.routes,
        *audience_pages.routes,
        *events_pages.routes,
        *entry_pages.routes,
        *contact_pages.routes,
        *rules_pages.routes,
        *rules_acknowledging.routes,
        *gate_pages.routes,
        *test_box_pages.routes,
        *phones_pages.routes,
        *signup_pages.routes,
        *stoplist_pages.routes,
        *form_pages.routes,
        *sign_up_texts_pages.routes,
        *persons_pages.routes,
        *request_pages.routes,
        *answer_pages.routes,
        palette.palette,
        live.live,
    ]
    if development:
        handlers += gallery.routes
    return handlers


def build_pages(
    settings: Settings,
    db: Database,
    keys: InstanceKeys,
    clock: Clock,
    gate_clock: Clock,
    door: Door,
    signing: Signing,
    links: PreferenceLinks,
) -> Pages:
    """What this application's pages work with."""
    lab = LabClient(settings.home)
    feed, bell, closing, passwords = Feed(db, clock), Bell(db), Closing(), Passwords()
    estimator = Estimator(db, clock, gate_clock, links)
    handlers = _handlers(settings.development)
    served = {path for handler in handlers if isinstance(handler, BaseRouteHandler) for path in handler.paths}

    def groups(viewer: Viewer) -> Sequence[Group]:
        hidden = set() if lab.running() else {phones_pages.PATH}
        # Where mails are sent nobody has to look for them.
        hidden |= {mail_pages.PATH} if settings.smtp_url else set()
        return groups_for(viewer, served - hidden)

    async def prepare_test(conn: Connection, workspace_id: int, like: int) -> None:
        await test_data.prepare(conn, keys, workspace_id, like=like)

    def demo_now() -> datetime | None:
        return gate_clock.now() if isinstance(gate_clock, DemoClock) else None

    shell = Shell(environments(front_end.built()), groups, served.__contains__, demo_now)
    passwords, second_factors = Passwords(), SecondFactors(keys, clock)
    viewers = SessionViewers(db, clock, keys.ids)
    objects: dict[str, Any] = {
        "shell": shell,
        "viewers": viewers,
        "problem_pages": ProblemPages(shell, viewers),
        "outbox": outbox_of(settings, keys),
        "passwords": passwords,
        "prepare_test": prepare_test,
        "logins": Logins(db, clock, passwords, second_factors),
        "sign_on": SingleSignOn(db, keys, clock, settings.base_url, Outbound(settings.internal_networks)),
        "second_factors": second_factors,
        "feed": feed,
        "bell": bell,
        "desk": Desk(db, keys.ids, Answers(door, clock, gate_clock), gate_clock),
        "estimator": estimator,
        "clocks": Clocks(clock, gate_clock),
        "door": door,
        "links": links,
        "reception": Reception(signing, keys, clock),
        "trap": Trap(keys),
        "tries": Limits(keys),
        "browser_events": BrowserEvents(db, keys, clock),
        "base_url": settings.base_url,
        "lab": lab,
        "lab_address": lambda: _lab_address(settings),
        "closing": closing,
        # What the palette finds, a finder for each kind of thing.
        "finders": [*contacts_finders(db, keys.ids), *desk_finders(db, keys.ids, gate_clock)],
        "actions": lambda viewer: actions_for(viewer, served),
    }
    return Pages(objects, closing, feed, bell, estimator, lab)
