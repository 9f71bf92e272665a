"""What carries a form out of here: its square, a poster, a snippet; and the colour and logo they have."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.db.pool import Connection
from chappe.kit import qr
from chappe.kit.ids import parse_public_id
from chappe.signup import look as looks
from chappe.signup.forms import checks, keywords, offers, service, showing, snippet
from chappe.signup.forms.errors import BadCodes, UnknownForm
from chappe.signup.forms.given import GivenBase
from chappe.signup.forms.model import FORM_ID, LANGUAGES, Form
from chappe.signup.forms.poster import Poster, draw
from chappe.signup.look import Logo
from chappe.web.formats import phone
from chappe.web.forms import Errors, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.policy import PAGE_HEADERS
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/forms"
_ONE: Final = PATH + "/{form_id:str}"
_MOST_BODY: Final = 4_000_000


class Asked(NamedTuple):
    """The form, in which language and for which source something of it is made."""

    form: Form
    language: str
    source: str
    address: str


@get(f"{PATH}/look", opt=needs(Permission.CONTACTS_WRITE))
async def look(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        now = await looks.of(conn, viewer.workspace_id)
    values = Submitted([("colour", f"#{now.colour}")])
    return page.render("signup/forms/look.html", now=now, values=values, errors=Errors())


@post(f"{PATH}/look", opt=needs(Permission.CONTACTS_WRITE), request_max_body_size=_MOST_BODY)
async def set_look(
    page: GivenPage, viewer: GivenViewer, db: Db, request: Request[Any, Any, Any]
) -> Response[Any]:
    posted, errors = await request.form(), Errors()
    colour, logo = str(posted.get("colour", "")), None
    with errors.caught():
        colour = looks.checked_colour(colour)
    with errors.caught():
        logo = await _logo(posted.get("logo"))
    async with db.transaction(viewer.workspace_id) as conn:
        if errors:
            now = await looks.of(conn, viewer.workspace_id)
            values = Submitted([("colour", colour)])
            return page.invalid("signup/forms/look.html", errors, now=now, values=values)
        without = posted.get("without_logo") == "1"
        await looks.choose(conn, viewer.workspace_id, colour, logo, without_logo=without)
        after = {"colour": colour, "logo": logo is not None}
        await acts.record_here(conn, page, viewer, "brand.changed", after=after)
    return page.leave(f"{PATH}?notice=look_saved")


@get(f"{PATH}/look.css", opt=needs(Permission.CONTACTS_READ))
async def stylesheet(viewer: GivenViewer, db: Db) -> Response[str]:
    """For previews of forms that nobody sees yet."""
    async with db.transaction(viewer.workspace_id) as conn:
        text = (await looks.of(conn, viewer.workspace_id)).stylesheet
    return Response(text, media_type="text/css")


@get(f"{PATH}/logo", opt=needs(Permission.CONTACTS_READ))
async def logo_of(viewer: GivenViewer, db: Db) -> Response[bytes]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await looks.logo(conn, viewer.workspace_id)
    if found is None:
        raise UnknownForm("There is no logo.")
    return Response(found.data, media_type=found.kind)


@get(_ONE + "/qr.svg", opt=needs(Permission.CONTACTS_READ))
async def square(
    form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, base_url: GivenBase
) -> Response[bytes]:
    async with db.transaction(viewer.workspace_id) as conn:
        asked = await _asked(conn, page, viewer.workspace_id, form_id, base_url)
    return _file(qr.svg(asked.address), "image/svg+xml", f"{asked.source}.svg", page)


@get(_ONE + "/qr.png", opt=needs(Permission.CONTACTS_READ))
async def square_png(
    form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, base_url: GivenBase
) -> Response[bytes]:
    async with db.transaction(viewer.workspace_id) as conn:
        asked = await _asked(conn, page, viewer.workspace_id, form_id, base_url)
    return _file(qr.png(asked.address), "image/png", f"{asked.source}.png", page)


@get(_ONE + "/poster.pdf", opt=needs(Permission.CONTACTS_READ))
async def poster(
    form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, base_url: GivenBase
) -> Response[bytes]:
    """For the shop window; what it says is what is published, or the draft before it is."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        asked = await _asked(conn, page, here, form_id, base_url)
        shown = await showing.shown(conn, here, asked.form.draft, asked.language)
        words = await keywords.of_form(conn, here, asked.form.id)
        drawn = Poster(
            brand=shown.brand,
            look=shown.look,
            logo=await looks.logo(conn, here),
            words=shown.words,
            consent=shown.consent,
            address=asked.address,
            keyword=words[0] if words else None,
            number=await answering(conn, here),
        )
    return _file(draw(drawn, asked.language), "application/pdf", f"{asked.source}.pdf", page)


@get(_ONE + "/snippet", opt=needs(Permission.CONTACTS_READ))
async def paste(
    form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, base_url: GivenBase
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        asked = await _asked(conn, page, here, form_id, base_url)
        own = page.language
        page.turn_to(asked.language)
        shown = await showing.shown(conn, here, asked.form.draft, asked.language)
    address = f"{base_url}/f/{form_id}"
    labels = {
        name: page.fragment("signup/forms/label.html", name=name).strip()
        for name in ("phone", "true", "false", *(field.name for field in shown.fields if not field.label))
    }
    page.turn_to(own)
    return page.render(
        "signup/forms/snippet.html",
        seen_in=asked.language,
        form=asked.form,
        form_id=form_id,
        html=snippet.snippet(shown, address, asked.language, asked.source, labels),
        frame=snippet.frame(address, asked.language, asked.source, shown.words.title),
    )


@get(_ONE + "/codes", opt=needs(Permission.CONTACTS_WRITE))
async def codes(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        form = await service.form(conn, viewer.workspace_id, _key(form_id))
        counts = await offers.counts(conn, viewer.workspace_id, form.id)
    values = Submitted()
    return page.render(
        "signup/forms/codes.html", form_id=form_id, counts=counts, values=values, errors=Errors()
    )


@post(_ONE + "/codes", opt=needs(Permission.CONTACTS_WRITE), request_max_body_size=_MOST_BODY)
async def add_codes(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    here, posted = viewer.workspace_id, await page.form()
    async with db.transaction(here) as conn:
        form = await service.form(conn, here, _key(form_id))
        if posted.one("do") == "drop":
            await offers.drop(conn, here, form.id)
            await acts.record_here(conn, page, viewer, "form.codes_dropped", target=form_id)
            return page.leave(f"{PATH}/{form_id}?notice=codes_dropped")
        try:
            added = await offers.add(conn, here, form.id, posted.one("codes"))
        except BadCodes as problem:
            counts = await offers.counts(conn, here, form.id)
            wrong = Errors([problem])
            return page.invalid(
                "signup/forms/codes.html", wrong, form_id=form_id, counts=counts, values=posted
            )
        after = {"codes": added}
        await acts.record_here(conn, page, viewer, "form.codes_added", target=form_id, after=after)
    return page.leave(f"{PATH}/{form_id}?notice=codes_added&n={added}")


async def answering(conn: Connection, workspace_id: int) -> str | None:
    """A number of ours that people can text, as they would dial it."""
    for sender in await carriers.senders(conn, workspace_id, after=None, limit=100):
        if sender.kind is SenderKind.SHORT_CODE:
            return sender.address
        if sender.kind is SenderKind.LONG_CODE:
            return phone(int(sender.address.removeprefix("+")))
    return None


async def _asked(conn: Connection, page: Page, workspace_id: int, form_id: str, base_url: str) -> Asked:
    form = await service.form(conn, workspace_id, _key(form_id))
    source = page.asked("s") if checks.is_source(page.asked("s")) else form.draft.source
    language = page.asked("lang") if page.asked("lang") in LANGUAGES else page.language
    return Asked(form, language, source, f"{base_url}/f/{form_id}?{urlencode({'s': source})}")


def _file(data: bytes, kind: str, name: str, page: Page) -> Response[bytes]:
    """Shown, or kept with `?download=1`."""
    way = "attachment" if page.asked("download") else "inline"
    headers = PAGE_HEADERS | {"content-disposition": f'{way}; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)


async def _logo(file: object) -> Logo | None:
    """What was chosen; None where nothing was. Raises BadLook."""
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return looks.checked_logo(await file.read(looks.MOST_LOGO + 1))


def _key(text: str) -> UUID | None:
    return parse_public_id(FORM_ID, text)


early_routes: list[ControllerRouterHandler] = [look, set_look, stylesheet, logo_of]
routes: list[ControllerRouterHandler] = [square, square_png, poster, paste, codes, add_codes]
