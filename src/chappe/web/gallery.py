"""Every component in its states, for those who write templates: served in development only."""

from litestar import Response, get

from chappe.web.page import GivenPage
from chappe.web.viewer import ANYBODY

PATH = "/gallery"
# The parts, each a template of its own.
PARTS = ("pieces", "ways", "shown", "charts", "data")


@get(PATH, opt={ANYBODY: True}, include_in_schema=False)
async def gallery(page: GivenPage) -> Response[str]:
    wanted = page.asked("part")
    return page.render("gallery/index.html", shown=wanted if wanted in PARTS else PARTS[0])
