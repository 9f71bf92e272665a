"""The REST API, put together: every room's addresses under /v1, and the objects they are handed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import Provide
from litestar.types import ASGIApp, ControllerRouterHandler, Scope

from chappe.accounts.keys import KeyRing
from chappe.api.bodies import JsonRequest
from chappe.api.caller import CALLER, Caller
from chappe.api.limits import Rate, RateLimiter
from chappe.api.reference import Reference
from chappe.api.shell import ApiShell
from chappe.api.transaction import WORK, Work
from chappe.audience import api as audience_api
from chappe.campaigns import api as campaigns_api
from chappe.campaigns import audience_api as audience_taken_api
from chappe.campaigns.approvals import api as approvals_api
from chappe.campaigns.budgets import api as budgets_api
from chappe.campaigns.calendar import api as calendar_api
from chappe.campaigns.experiments import api as experiments_api
from chappe.campaigns.goals import api as campaign_goals_api
from chappe.campaigns.links import api as campaign_links_api
from chappe.campaigns.media import api as campaign_media_api
from chappe.campaigns.offers import api as campaign_offers_api
from chappe.campaigns.reports import api as reports_api
from chappe.campaigns.results import api as results_api
from chappe.campaigns.series import api as series_api
from chappe.campaigns.timing import api as timing_api
from chappe.carriers import api as carriers_api
from chappe.carriers import told_api
from chappe.consent import api as consent_api
from chappe.consent.ledger import api as ledger_api
from chappe.consent.preference_links import PreferenceLinks
from chappe.consent.topics import api as topics_api
from chappe.contacts import api as contacts_api
from chappe.content.kits import api as kits_api
from chappe.content.media import api as media_api
from chappe.content.templates import api as templates_api
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.desk.analytics import api as analytics_api
from chappe.desk.duplicates import api as duplicates_api
from chappe.events import api as events_api
from chappe.gate import api as gate_api
from chappe.gate.rulings import Rulings
from chappe.kit.clock import Clock
from chappe.messages.service import MessageIds
from chappe.offers import api as offers_api
from chappe.persons import api as persons_api
from chappe.persons import request_api
from chappe.rules import api as rules_api
from chappe.sending import api as sending_api
from chappe.sending import checking_api, decisions_api, shapes
from chappe.sending.acceptance import Sending
from chappe.sending.gathering import Gatherer
from chappe.sending.model import Accepted, Intent
from chappe.sending.service import Door
from chappe.sending.short_way import ShortWay
from chappe.signup import api as signup_api
from chappe.signup import person_api
from chappe.signup.forms import api as forms_api
from chappe.signup.forms.signing import Signing
from chappe.signup.joining import Joining
from chappe.signup.preferences import api as preferences_api
from chappe.signup.stoplist import api as stoplist_api
from chappe.signup.texts import api as sign_up_texts_api
from chappe.tracking.browser import api as browser_api
from chappe.tracking.codes import Codes
from chappe.tracking.conversions import api as conversions_api
from chappe.tracking.domains import api as link_domains_api
from chappe.tracking.links import api as links_api
from chappe.tracking.singles import Shortener
from chappe.web.given import named

ROUTES: list[ControllerRouterHandler] = [
    *contacts_api.routes,
    *signup_api.routes,
    *stoplist_api.routes,
    *person_api.routes,
    *duplicates_api.routes,
    *forms_api.routes,
    *consent_api.routes,
    *ledger_api.routes,
    *topics_api.routes,
    *sign_up_texts_api.routes,
    *preferences_api.routes,
    *events_api.routes,
    *audience_api.routes,
    *rules_api.routes,
    *gate_api.routes,
    *carriers_api.routes,
    *told_api.routes,
    *templates_api.routes,
    *kits_api.routes,
    *media_api.routes,
    *campaigns_api.routes,
    *audience_taken_api.routes,
    *experiments_api.routes,
    *budgets_api.routes,
    *timing_api.routes,
    *series_api.routes,
    *approvals_api.routes,
    *calendar_api.routes,
    *campaign_goals_api.routes,
    *campaign_offers_api.routes,
    *campaign_links_api.routes,
    *campaign_media_api.routes,
    *offers_api.routes,
    *conversions_api.routes,
    *browser_api.routes,
    *link_domains_api.routes,
    *links_api.routes,
    *results_api.routes,
    *reports_api.routes,
    *analytics_api.routes,
    *sending_api.routes,
    *decisions_api.routes,
    *checking_api.routes,
    *persons_api.routes,
    *request_api.routes,
]


class Rest:
    """The API's own objects; `close` when the last request has been answered."""

    def __init__(
        self,
        db: Database,
        keys: InstanceKeys,
        clock: Clock,
        gate_clock: Clock,
        rate: Rate,
        links: PreferenceLinks,
    ) -> None:
        self._keys = keys
        self.limiter = RateLimiter(rate, clock)
        self.authenticator = KeyRing(db, clock)
        shortener = Shortener(db, Codes.of(keys), links.base)
        self.door = Door(
            MessageIds(db, clock), Rulings(db), clock, gate_clock, db.number_keys, links, shortener
        )
        self.joining = Joining(self.door, clock)
        self.signing = Signing(self.joining, clock)
        self._gatherer = Gatherer(db, self.door, self._encode)
        self.sending = Sending(db, keys.ids, self.door, self._gatherer)

    def given(self) -> dict[str, Any]:
        """What its shell and its handlers ask for by name."""
        return {
            "authenticator": self.authenticator,
            "limiter": self.limiter,
            "sending": self.sending,
            "signing": self.signing,
            "joining": self.joining,
        }

    def with_short_way(self, app: ASGIApp) -> ASGIApp:
        """`app`, but the address that is asked most is answered before it."""
        return ShortWay(app, sending=self.sending, authenticator=self.authenticator, limiter=self.limiter)

    async def close(self) -> None:
        """Wait for what the gatherer has taken."""
        await self._gatherer.close()

    def _encode(self, accepted: Sequence[Accepted], intents: Sequence[Intent]) -> list[bytes]:
        views = shapes.accepted_views(accepted, intents, self._keys.ids)
        return [msgspec.json.encode(view) for view in views]


def handlers(reference: Reference) -> list[ControllerRouterHandler]:
    """/v1 behind its shell, and the document that describes it."""
    router = Router("/v1", route_handlers=ROUTES, middleware=[ApiShell], request_class=JsonRequest)
    return [router, _openapi_json(reference)]


def dependencies() -> dict[str, Provide]:
    """What handlers under /v1 are handed, beside what every handler is."""
    return {
        "caller": Provide(_caller, sync_to_thread=False),
        "conn": Provide(_conn),
        "sending": Provide(named("sending"), sync_to_thread=False),
        "signing": Provide(named("signing"), sync_to_thread=False),
        "joining": Provide(named("joining"), sync_to_thread=False),
        "links": Provide(named("links"), sync_to_thread=False),
    }


def _caller(scope: Scope) -> Caller:
    caller: Caller = scope["state"][CALLER]
    return caller


async def _conn(scope: Scope) -> object:
    work: Work = scope["state"][WORK]
    return await work.connection()


def _openapi_json(reference: Reference) -> ControllerRouterHandler:
    @get("/openapi.json", include_in_schema=False, sync_to_thread=False)
    def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
        document = reference.document(request.app, request.app.openapi_schema.to_schema())
        return Response(msgspec.json.encode(document), media_type="application/json")

    return openapi_json
