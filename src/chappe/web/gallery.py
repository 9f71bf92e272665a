"""Every component in its states, for those who write templates: served in development only."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.web import bulk, gallery_table
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage
from chappe.web.viewer import ANYBODY

PATH = "/gallery"
# The parts, each a template of its own.
PARTS = ("pieces", "ways", "shown", "charts", "table", "forms", "overlays")
# What stands over a page: asked for by the samples of the part "overlays".
OVERLAYS = ("question", "typed", "side")
TYPED = "Regulars"


@get(PATH, opt={ANYBODY: True}, include_in_schema=False)
async def gallery(page: GivenPage) -> Response[str]:
    wanted = page.asked("part")
    return _shown(page, wanted if wanted in PARTS else PARTS[0])


@get(gallery_table.PATH, opt={ANYBODY: True}, include_in_schema=False)
async def table(page: GivenPage) -> Response[str]:
    return _shown(page, "table")


@post(f"{gallery_table.PATH}/bulk", opt={ANYBODY: True}, include_in_schema=False)
async def table_bulk(page: GivenPage) -> Response[Any]:
    chosen = await bulk.chosen(gallery_table.TABLE, page, path=gallery_table.PATH)
    return page.redirect(chosen.back)


@post(f"{PATH}/forms", opt={ANYBODY: True}, include_in_schema=False)
async def forms(page: GivenPage) -> Response[Any]:
    """Reads the sample form by its rules; nothing is kept."""
    reading = _read(await page.form())
    if reading.errors:
        return _shown(page, "forms", values=reading.form, errors=reading.errors, status=422)
    return page.leave(f"{PATH}?part=forms&notice=saved")


@post(f"{PATH}/forms/validate", opt={ANYBODY: True}, include_in_schema=False)
async def validate(page: GivenPage) -> Response[str]:
    form = await page.form()
    return page.render("gallery/note.html", field=form.field, problem=_read(form).errors.of(form.field))


@get(f"{PATH}/over/{{name:str}}", opt={ANYBODY: True}, include_in_schema=False)
async def over(page: GivenPage, name: FromPath[str]) -> Response[str]:
    return _over(page, name if name in OVERLAYS else OVERLAYS[0])


@post(f"{PATH}/over/{{name:str}}", opt={ANYBODY: True}, include_in_schema=False)
async def answered(page: GivenPage, name: FromPath[str]) -> Response[Any]:
    reading = Reading(await page.form())
    if name == "typed":
        reading.typed("typed", TYPED)
    if reading.errors:
        return _over(page, name, reading.errors, status=422)
    return page.leave(f"{PATH}?part=overlays&notice=saved")


def _read(form: Submitted) -> Reading:
    reading = Reading(form)
    reading.text("name", most=20)
    reading.whole("speed", least=1, most=400)
    return reading


def _shown(
    page: GivenPage,
    part: str,
    values: Submitted | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> Response[str]:
    return page.render(
        "gallery/index.html",
        status=status,
        shown=part,
        towns=gallery_table.read(page),
        nothing=gallery_table.nothing(page),
        values=values or Submitted([("name", "Spring sale"), ("speed", "40")]),
        errors=errors or Errors(),
    )


def _over(page: GivenPage, name: str, errors: Errors | None = None, status: int = 200) -> Response[str]:
    return page.render(
        f"gallery/over_{name}.html", status=status, word=TYPED, problem=(errors or Errors()).of("typed")
    )


routes: list[ControllerRouterHandler] = [gallery, table, table_bulk, forms, validate, over, answered]
