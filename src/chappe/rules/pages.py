"""/compliance: the rules of every place with their sources, and what the workspace decides about them."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock
from chappe.db.pool import Connection
from chappe.rules import service
from chappe.rules.catalogue import RuleState, changes, groups, states, waiting, waits
from chappe.rules.changing import LONGEST_REASON, read_replacement, typed
from chappe.rules.errors import UnknownRule
from chappe.rules.pack import Pack, Profile, Rule, kind_of
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/compliance"
READ = needs(Permission.CONTACTS_READ)
WRITE = needs(Permission.SETTINGS_WRITE)


@get(PATH, opt=READ)
async def places(page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock) -> Response[Any]:
    today = gate_clock.now().date()
    async with db.transaction(viewer.workspace_id) as conn:
        rules = await service.rules_of(conn, viewer.workspace_id)
    return page.render(
        "rules/places.html",
        places=groups(rules, today, page.language),
        changes=changes(rules, today),
        waits=waits(rules, today, page.language),
        profile=rules.profile.value,
    )


@get(f"{PATH}/profile", opt=WRITE)
async def profile(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        rules = await service.rules_of(conn, viewer.workspace_id)
    return _profile_form(page, Submitted([("profile", rules.profile.value)]), Errors())


@post(f"{PATH}/profile", opt=WRITE)
async def choose_profile(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    wanted = reading.choice("profile", list(Profile))
    if reading.errors:
        return _profile_form(page, reading.form, reading.errors)
    async with db.transaction(viewer.workspace_id) as conn:
        before = (await service.rules_of(conn, viewer.workspace_id)).profile
        if before != wanted:
            await service.choose_profile(conn, viewer.workspace_id, Profile(wanted))
            await acts.record_here(
                conn,
                page,
                viewer,
                "rules.profile_changed",
                before={"profile": before.value},
                after={"profile": wanted},
            )
    return page.leave(f"{PATH}?notice=profile")


@get(PATH + "/{place:str}", opt=READ)
async def one(
    place: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock
) -> Response[Any]:
    pack = service.pack(place)
    async with db.transaction(viewer.workspace_id) as conn:
        rules, found = await _states(conn, viewer, pack, gate_clock)
    parts = [group for group in waiting(pack, rules, gate_clock.now().date()) if group.pack is not pack]
    return page.render(
        "rules/place.html", pack=pack, states=found, profile=rules.profile.value, waiting_parts=parts
    )


@get(PATH + "/{place:str}/{name:str}/change", opt=WRITE)
async def ask_change(
    place: FromPath[str], name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    rule = _rule(place, name)
    async with db.transaction(viewer.workspace_id) as conn:
        rules = await service.rules_of(conn, viewer.workspace_id)
    values = Submitted(list(typed(rules.book.value(rule, rules.profile)).items()))
    return _change_form(page, service.pack(place), rule, values, Errors())


@post(PATH + "/{place:str}/{name:str}/change", opt=WRITE)
async def change(
    place: FromPath[str], name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """Another value, with the reason for it. What the law demands stays."""
    rule, pack = _rule(place, name), service.pack(place)
    reading = Reading(await page.form())
    reason = reading.text("reason", most=LONGEST_REASON)
    value = read_replacement(reading, kind_of(rule))
    async with db.transaction(viewer.workspace_id) as conn:
        if value is not None and not reading.errors:
            before = (await service.rules_of(conn, viewer.workspace_id)).book
            was = before.value(rule, Profile.CONSERVATIVE)
            with reading.errors.caught(*service.REFUSALS):
                await service.override(conn, viewer.workspace_id, rule, value, reason)
                await acts.record_here(
                    conn,
                    page,
                    viewer,
                    "rules.overridden",
                    rule.id,
                    before=typed(was),
                    after=typed(value, reason),
                )
    if reading.errors:
        return _change_form(page, pack, rule, reading.form, reading.errors)
    return page.leave(f"{PATH}/{place.lower()}?notice=changed")


@post(PATH + "/{place:str}/{name:str}/restore", opt=WRITE)
async def restore(
    place: FromPath[str], name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    rule = _rule(place, name)
    async with db.transaction(viewer.workspace_id) as conn:
        if await service.restore(conn, viewer.workspace_id, rule):
            await acts.record_here(conn, page, viewer, "rules.restored", rule.id)
    return page.leave(f"{PATH}/{place.lower()}?notice=restored")


async def _states(
    conn: Connection, viewer: Viewer, pack: Pack, gate_clock: GateClock
) -> tuple[service.Rules, list[RuleState]]:
    rules = await service.rules_of(conn, viewer.workspace_id)
    overrides = await service.overrides(conn, viewer.workspace_id)
    acknowledged = await service.acknowledgements(conn, viewer.workspace_id)
    return rules, states(pack, rules, overrides, acknowledged, gate_clock.now().date())


def _rule(place: str, name: str) -> Rule:
    """The rule whose value may be replaced. UnknownRule for another."""
    rule = service.rule(place, f"{place.lower()}.{name}")
    if kind_of(rule) not in service.REPLACEABLE:
        raise UnknownRule("This rule takes no other value.")
    return rule


def _profile_form(page: Page, values: Submitted, errors: Errors) -> Response[Any]:
    return page.render("rules/profile.html", status=422 if errors else 200, values=values, errors=errors)


def _change_form(page: Page, pack: Pack, rule: Rule, values: Submitted, errors: Errors) -> Response[Any]:
    return page.render(
        "rules/change.html",
        status=422 if errors else 200,
        pack=pack,
        rule=rule,
        kind=kind_of(rule),
        values=values,
        errors=errors,
    )


routes: list[ControllerRouterHandler] = [
    places,
    profile,
    choose_profile,
    one,
    ask_change,
    change,
    restore,
]
