"""/compliance/words: the words that a reply is read by, and what a given reply would do."""

from typing import Any, Final

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.consent import questions
from chappe.consent.optout.detector import detect
from chappe.consent.optout.languages import LANGUAGES
from chappe.sms.keyword_words import AGREE, HELP, START, STOP
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/compliance/words"
_LONGEST: Final = 1_600


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def words(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """The reply stands in the address, so that a colleague can be shown what it does."""
    del viewer
    text = page.asked("text")[:_LONGEST]
    return page.render(
        "consent/opt_out_words.html",
        text=text,
        reading=detect(text) if text.strip() else None,
        reply=questions.reply_of(text),
        keywords=[
            (language, *(listed.get(language, ()) for listed in (STOP, HELP, START, AGREE)))
            for language in STOP
        ],
        rules={language.name: language.count for language in LANGUAGES},
    )


routes: list[ControllerRouterHandler] = [words]
