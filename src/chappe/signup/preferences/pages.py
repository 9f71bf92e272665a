"""/p/{token}: what a person hears of, by their own choice. No login, no cookie, no script; nobody indexes it.

There is nothing to forge here in somebody's name: who holds the link is the person, and no cookie is read.
"""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.api.given import Db, WallClock
from chappe.consent.answers import spoken
from chappe.consent.evidence import Evidence
from chappe.consent.given import GivenLinks
from chappe.consent.preference_links import Named
from chappe.consent.topics import frequency
from chappe.consent.topics.model import TopicPurpose
from chappe.contacts.errors import ContactChanged, UnknownContact
from chappe.db.pool import Database
from chappe.kit.phone import country_of, to_e164
from chappe.rules.service import named_zone
from chappe.signup import look as looks
from chappe.signup.forms.hosted_pages import OPEN
from chappe.signup.forms.limits import Limit
from chappe.signup.preferences import service, zones
from chappe.signup.preferences.given import GivenTries
from chappe.signup.preferences.service import Choosing, Wish
from chappe.web.forms import Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page

PATH: Final = "/p/{token:str}"
LANGUAGES: Final = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
}
"""In which a brand may write; others that are known of a contact stay."""
_READ: Final = ("en", "fr")
_AGREED: Final = mark(
    "By saving I agree to receive texts from %(brand)s on the topics I chose. I can leave at any time."
)
_VERSION: Final = "2"
"""Of the page as people see it: goes into the evidence; raise it with every change of its words."""
_AN_HOUR: Final = "3600"
_KEPT: Final = "private, max-age=31536000, immutable"


@get(PATH, opt=OPEN)
async def preferences(
    token: FromPath[str], page: GivenPage, db: Db, clock: WallClock, links: GivenLinks, tries: GivenTries
) -> Response[Any]:
    named = links.read(token, clock.now())
    if named is None:
        return _over(page)
    async with db.transaction(named.workspace_id) as conn:
        if not await tries.allows(conn, named.workspace_id, Limit.LINK, str(named.contact_id), clock.now()):
            return _slow(page)
        try:
            person = await service.choosing(conn, named.workspace_id, named.contact_id)
        except UnknownContact:
            return _over(page)
    return _shown(page, token, person)


@post(PATH, opt=OPEN)
async def choose(
    token: FromPath[str], page: GivenPage, db: Db, clock: WallClock, links: GivenLinks, tries: GivenTries
) -> Response[Any]:
    named = links.read(token, clock.now())
    if named is None:
        return _over(page)
    here, now = named.workspace_id, clock.now()
    # By itself: what is refused is counted too.
    async with db.transaction(here) as conn:
        if not (
            await tries.allows(conn, here, Limit.ADDRESS_SAVED, page.address.address, now)
            and await tries.allows(conn, here, Limit.LINK_SAVED, str(named.contact_id), now)
        ):
            return _slow(page)
    form = await page.form()
    try:
        saved = await _save(page, db, named, form)
    except UnknownContact:
        return _over(page)
    except ContactChanged:
        saved = "again"
    kept = page.asked("language") if saved != "yes" else ""
    return page.redirect(f"/p/{token}?saved={saved}{f'&language={kept}' if kept in _READ else ''}")


@get(PATH + "/look.css", opt=OPEN)
async def stylesheet(token: FromPath[str], db: Db, clock: WallClock, links: GivenLinks) -> Response[Any]:
    """The brand's colour: the policy forbids style attributes."""
    named = links.read(token, clock.now())
    if named is None:
        raise UnknownContact("This link is over.")
    async with db.transaction(named.workspace_id) as conn:
        text = (await looks.of(conn, named.workspace_id)).stylesheet
    return _hidden(Response(text, media_type="text/css", headers={"cache-control": _KEPT}))


@get(PATH + "/logo", opt=OPEN)
async def logo(token: FromPath[str], db: Db, clock: WallClock, links: GivenLinks) -> Response[Any]:
    named = links.read(token, clock.now())
    found = None
    if named is not None:
        async with db.transaction(named.workspace_id) as conn:
            found = await looks.logo(conn, named.workspace_id)
    if found is None:
        raise UnknownContact("This brand has no logo, or the link is over.")
    return _hidden(Response(found.data, media_type=found.kind, headers={"cache-control": _KEPT}))


async def _save(page: Page, db: Database, named: Named, form: Submitted) -> str:
    """What is told after it. Raises UnknownContact, ContactChanged."""
    here = named.workspace_id
    async with db.transaction(here) as conn:
        person = await service.choosing(conn, here, named.contact_id)
        _speak(page, person)
        evidence = _evidence(page)
        if form.one("leave"):
            await service.leave(conn, here, person, evidence)
            return "left"
        await service.choose(conn, here, person, _wish(page, person, form), evidence)
    return "yes"


def _wish(page: Page, person: Choosing, form: Submitted) -> Wish:
    """What is no choice of the page changes nothing."""
    per_week: int | None = person.per_week
    if form.has("per_week"):
        asked = form.one("per_week")
        offered = {str(n): n for n in _offered(person)}
        per_week = None if asked == "" else offered.get(asked, person.per_week)
    language, zone = person.contact.language, person.zone
    if form.one("language") in LANGUAGES:
        language = form.one("language")
    if form.has("zone"):
        zone = named_zone(form.one("zone")) if form.one("zone") else None
    return Wish(
        topics=form.all("topic"),
        per_week=per_week,
        language=language,
        zone=zone,
        wording=_wording(page, person),
    )


def _offered(person: Choosing) -> list[int]:
    """The most often first; what was agreed otherwise stays among them."""
    return sorted({*frequency.OFFERED, *([person.per_week] if person.per_week else [])}, reverse=True)


def _shown(page: Page, token: str, person: Choosing) -> Response[Any]:
    _speak(page, person)
    country = person.contact.country or country_of(person.contact.phone)
    response = page.render(
        "signup/preferences/page.html",
        token=token,
        person=person,
        number=_masked(person.contact.phone),
        marketing=[each for each in person.holdings if each.topic.purpose is TopicPurpose.MARKETING],
        useful=[each for each in person.holdings if each.topic.purpose is not TopicPurpose.MARKETING],
        offered=_offered(person),
        languages=LANGUAGES,
        zones=zones.choices(page.language, country),
        wording=_wording(page, person),
        saved=page.asked("saved"),
    )
    return _hidden(response)


def _over(page: Page) -> Response[Any]:
    """The same for a token that is over, wrong, or of somebody who was erased."""
    return _hidden(page.render("signup/preferences/over.html", status=404))


def _slow(page: Page) -> Response[Any]:
    response = _hidden(page.render("signup/preferences/slow.html", status=429))
    response.headers["retry-after"] = _AN_HOUR
    return response


def _hidden(response: Response[Any]) -> Response[Any]:
    response.headers["x-robots-tag"] = "noindex, nofollow"
    response.headers["referrer-policy"] = "no-referrer"
    return response


def _speak(page: Page, person: Choosing) -> None:
    """The person's own language, unless they chose another with `language`."""
    chosen = page.asked("language")
    own = spoken(person.contact.language, country_of(person.contact.phone), page.language)
    page.speak(chosen if chosen in _READ else own)


def _wording(page: Page, person: Choosing) -> str:
    """What stands beside the button: the very words that are kept with a consent."""
    return page.word(_AGREED) % {"brand": person.brand}


def _evidence(page: Page) -> Evidence:
    return Evidence(
        channel="web",
        page="/p/",
        form="preferences",
        form_version=_VERSION,
        language=page.language,
        address=page.address.address,
        agent=page.address.agent,
    )


def _masked(phone: int) -> str:
    """Enough for its owner to know it, too little for who found the link."""
    text = to_e164(phone)
    return f"{text[:3]} … {text[-3:]}"


routes: list[ControllerRouterHandler] = [preferences, choose, stylesheet, logo]
