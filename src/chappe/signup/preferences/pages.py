"""/p/{token}: what a person hears of, by their own choice. No login, no script needed; nobody indexes it."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.api.given import Db, WallClock
from chappe.consent.answers import spoken
from chappe.consent.evidence import Evidence
from chappe.consent.given import GivenLinks
from chappe.consent.topics.model import TopicPurpose
from chappe.contacts.errors import UnknownContact
from chappe.kit.phone import country_of, to_e164
from chappe.signup.preferences import service
from chappe.signup.preferences.service import Choosing
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import PUBLIC

PATH: Final = "/p/{token:str}"
_AGREED: Final = mark(
    "By saving I agree to receive texts from %(brand)s on the topics I chose. I can leave at any time."
)


@get(PATH, opt={PUBLIC: True})
async def preferences(
    token: FromPath[str], page: GivenPage, db: Db, clock: WallClock, links: GivenLinks
) -> Response[Any]:
    named = links.read(token, clock.now())
    if named is None:
        return _over(page)
    try:
        async with db.transaction(named.workspace_id) as conn:
            person = await service.choosing(conn, named.workspace_id, named.contact_id)
    except UnknownContact:
        return _over(page)
    return _shown(page, token, person)


@post(PATH, opt={PUBLIC: True})
async def choose(
    token: FromPath[str],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    links: GivenLinks,
) -> Response[Any]:
    named = links.read(token, clock.now())
    if named is None:
        return _over(page)
    form = await page.form()
    try:
        async with db.transaction(named.workspace_id) as conn:
            person = await service.choosing(conn, named.workspace_id, named.contact_id)
            _speak(page, person)
            evidence = _evidence(page)
            if form.one("leave"):
                await service.leave(conn, named.workspace_id, person, evidence)
            else:
                words = _wording(page, person)
                wanted = form.all("topic")
                await service.choose(conn, named.workspace_id, person, wanted, words, evidence)
    except UnknownContact:
        return _over(page)
    return page.redirect(f"/p/{token}?saved={'left' if form.one('leave') else 'yes'}")


def _shown(page: Page, token: str, person: Choosing) -> Response[Any]:
    _speak(page, person)
    response = page.render(
        "signup/preferences/page.html",
        token=token,
        person=person,
        number=_masked(person.contact.phone),
        marketing=[each for each in person.holdings if each.topic.purpose is TopicPurpose.MARKETING],
        useful=[each for each in person.holdings if each.topic.purpose is not TopicPurpose.MARKETING],
        wording=_wording(page, person),
        saved=page.asked("saved"),
    )
    return _hidden(response)


def _over(page: Page) -> Response[Any]:
    """The same for a token that is over, wrong, or of somebody who was erased."""
    return _hidden(page.render("signup/preferences/over.html", status=404))


def _hidden(response: Response[Any]) -> Response[Any]:
    response.headers["x-robots-tag"] = "noindex, nofollow"
    response.headers["referrer-policy"] = "no-referrer"
    return response


def _speak(page: Page, person: Choosing) -> None:
    """The person's own language, unless they chose another with `language`."""
    chosen = page.asked("language")
    own = spoken(person.contact.language, country_of(person.contact.phone), page.language)
    page.speak(chosen if chosen in ("en", "fr") else own)


def _wording(page: Page, person: Choosing) -> str:
    """What stands beside the button: the very words that are kept with a consent."""
    return page.word(_AGREED) % {"brand": person.brand}


def _evidence(page: Page) -> Evidence:
    return Evidence(
        channel="web",
        page="/p/",
        language=page.language,
        address=page.address.address,
        agent=page.address.agent,
    )


def _masked(phone: int) -> str:
    """Enough for its owner to know it, too little for who found the link."""
    text = to_e164(phone)
    return f"{text[:3]} … {text[-3:]}"


routes: list[ControllerRouterHandler] = [preferences, choose]
