"""/compliance/{place}/acknowledge: rules that nobody here has read, of a country and all its parts at once.

A country such as the United States has dozens: who writes to it reads them on one page, opens their sources,
and answers for them once, with a reason that the audit trail keeps.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock
from chappe.rules import service
from chappe.rules.catalogue import Waiting, waiting
from chappe.rules.changing import LONGEST_REASON
from chappe.rules.pack import Pack, kind_of
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, needs

WRITE = needs(Permission.SETTINGS_WRITE)
_PATH = "/compliance/{place:str}/acknowledge"


@get(_PATH, opt=WRITE)
async def ask(
    place: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock
) -> Response[Any]:
    pack = service.pack(place)
    async with db.transaction(viewer.workspace_id) as conn:
        rules = await service.rules_of(conn, viewer.workspace_id)
    found = waiting(pack, rules, gate_clock.now().date())
    return _form(page, pack, found, rules, Submitted([]), Errors())


@post(_PATH, opt=WRITE)
async def acknowledge(
    place: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock
) -> Response[Any]:
    """The very wordings that the question showed: of a rule that changed since, nobody knew."""
    pack = service.pack(place)
    reading = Reading(await page.form())
    reason = reading.text("reason", most=LONGEST_REASON)
    async with db.transaction(viewer.workspace_id) as conn:
        if reading.errors:
            rules = await service.rules_of(conn, viewer.workspace_id)
            found = waiting(pack, rules, gate_clock.now().date())
            return _form(page, pack, found, rules, reading.form, reading.errors)
        for said in reading.form.all("rule"):
            rule_id, _, fingerprint = said.partition(" ")
            rule = service.rule(rule_id.partition(".")[0], rule_id, fingerprint)
            if await service.acknowledge(conn, viewer.workspace_id, rule):
                await acts.record_here(
                    conn, page, viewer, "rules.acknowledged", rule_id, after={"reason": reason}
                )
    return page.leave(f"/compliance/{pack.jurisdiction.lower()}?notice=acknowledged")


def _form(
    page: Page, pack: Pack, found: list[Waiting], rules: service.Rules, values: Submitted, errors: Errors
) -> Response[Any]:
    asked = [
        (
            group.pack,
            [
                (rule, kind_of(rule).value, group.pack.source_of(rule), rules.book.value(rule, rules.profile))
                for rule in group.rules
            ],
        )
        for group in found
    ]
    return page.render(
        "rules/acknowledge.html",
        status=422 if errors else 200,
        pack=pack,
        asked=asked,
        wordings=[f"{rule.id} {rule.fingerprint()}" for group in found for rule in group.rules],
        values=values,
        errors=errors,
    )


routes: list[ControllerRouterHandler] = [ask, acknowledge]
