"""/team: who belongs to the workspace, as what, and who is invited."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.mails import Outbox
from chappe.accounts.model import USER_ID
from chappe.accounts.permission_words import GROUPS, ROLE_NAMES, ROLE_SENTENCES
from chappe.accounts.permissions import ROLES, SENDING, Permission, Role
from chappe.accounts.team import service
from chappe.accounts.team.errors import (
    AlreadyMember,
    LastOwner,
    OwnersOnly,
    UnknownInvitation,
    UnknownMember,
)
from chappe.accounts.team.model import EMAIL_LENGTH, INVITATION_ID
from chappe.api.given import Db, WallClock
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenOutbox = NamedDependency[SkipValidation[Outbox]]

PATH = "/team"
# Roles of which sending can be withheld.
SENDERS = tuple(role for role in Role if ROLES[role] & SENDING)


@get(PATH, opt=needs(Permission.TEAM_READ))
async def team(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    async with db.engine_transaction() as conn:
        members = await service.members(conn, clock, viewer.account_id)
        invitations = await service.invitations(conn, viewer.account_id)
    return page.render(
        "accounts/team/list.html",
        members=members,
        invitations=invitations,
        now=clock.now(),
        senders=SENDERS,
        role_names=ROLE_NAMES,
        member_id=lambda member: public_id(USER_ID, member.user_id),
        invitation_id=lambda invitation: public_id(INVITATION_ID, invitation.id),
    )


@get(f"{PATH}/roles", opt=needs(Permission.TEAM_READ))
async def roles(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """The table of permissions, as the server asks it."""
    return page.render(
        "accounts/team/roles.html",
        rights=GROUPS,
        roles=ROLES,
        sending=SENDING,
        role_names=ROLE_NAMES,
        role_sentences=ROLE_SENTENCES,
    )


@get(f"{PATH}/invite", opt=needs(Permission.TEAM_WRITE))
async def invitation_form(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    given = [("role", Role.MARKETER.value), ("may_send", "1")]
    return _invitation_form(page, viewer, Reading(Submitted(given)))


@post(f"{PATH}/invite", opt=needs(Permission.TEAM_WRITE))
async def invite(
    page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock, outbox: GivenOutbox
) -> Response[Any]:
    reading = _checked(await page.form())
    role, may_send = reading.form.one("role"), reading.form.has("may_send")
    async with db.engine_transaction() as conn:
        if not reading.errors:
            try:
                made = await service.invite(
                    conn,
                    clock,
                    viewer.account_id,
                    asker=viewer.user_id,
                    email=reading.form.one("email"),
                    role=Role(role),
                    may_send=may_send,
                )
            except (AlreadyMember, OwnersOnly) as problem:
                reading.errors.add(problem)
        if reading.errors:
            return _invitation_form(page, viewer, reading)
        link = f"/invitations/{made.token}"
        await outbox.post(
            conn,
            "invitation",
            to=made.email,
            language=page.language,
            workspace_id=viewer.account_id,
            owners_only=role == Role.OWNER,
            link=link,
            workspace=viewer.workspace_name,
            inviter=viewer.name,
        )
        await record(
            conn,
            page,
            viewer,
            "invitation.sent",
            target=public_id(INVITATION_ID, made.id),
            after={"email": made.email, "role": role, "may_send": may_send},
        )
    return page.render(
        "accounts/team/invited.html",
        email=made.email,
        link=outbox.link(link),
        mailed=outbox.sends,
        expires_at=made.expires_at,
    )


@post(f"{PATH}/invite/validate", opt=needs(Permission.TEAM_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `invite`."""
    reading = _checked(await page.form())
    field = reading.form.field
    return page.render("accounts/note.html", field=field, problem=reading.errors.of(field))


@post(PATH + "/invitations/{invitation:str}/revoke", opt=needs(Permission.TEAM_WRITE))
async def revoke(
    invitation: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    found = parse_public_id(INVITATION_ID, invitation)
    if found is None:
        raise UnknownInvitation("There is no invitation at this address.")
    async with db.engine_transaction() as conn:
        email = await service.revoke_invitation(conn, clock, viewer.account_id, found)
        await record(conn, page, viewer, "invitation.revoked", target=invitation, before={"email": email})
    return page.leave(f"{PATH}?notice=invitation_revoked")


@get(PATH + "/{member:str}", opt=needs(Permission.TEAM_WRITE))
async def one(
    member: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    return await _member_page(page, viewer, db, clock, member, None)


@post(PATH + "/{member:str}", opt=needs(Permission.TEAM_WRITE))
async def change(
    member: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    """Another role, or sending given or withheld: from their next request on."""
    form, user_id = await page.form(), _id(member)
    role, may_send = service.role_named(form.one("role")), form.has("may_send")
    try:
        async with db.engine_transaction() as conn:
            before = await service.member(conn, clock, viewer.account_id, user_id)
            await service.change(
                conn, viewer.account_id, asker=viewer.user_id, user_id=user_id, role=role, may_send=may_send
            )
            await record(
                conn,
                page,
                viewer,
                "member.role_changed",
                target=member,
                before={"role": before.role, "may_send": before.may_send},
                after={"role": role, "may_send": may_send},
            )
    except (LastOwner, OwnersOnly) as problem:
        return await _member_page(page, viewer, db, clock, member, problem)
    return page.leave(f"{PATH}?notice=member_changed")


@get(PATH + "/{member:str}/remove", opt=needs(Permission.TEAM_WRITE))
async def removal(
    member: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await service.member(conn, clock, viewer.account_id, _id(member))
    return page.render("accounts/team/remove.html", member=found, member_id=member, problem=None)


@post(PATH + "/{member:str}/remove", opt=needs(Permission.TEAM_WRITE))
async def remove(
    member: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    user_id = _id(member)
    async with db.engine_transaction() as conn:
        found = await service.member(conn, clock, viewer.account_id, user_id)
    try:
        async with db.engine_transaction() as conn:
            await service.remove(conn, viewer.account_id, asker=viewer.user_id, user_id=user_id)
            await record(
                conn,
                page,
                viewer,
                "member.removed",
                target=member,
                before={"name": found.name, "email": found.email, "role": found.role},
            )
    except (LastOwner, OwnersOnly) as problem:
        return page.render(
            "accounts/team/remove.html",
            status=problem.status,
            member=found,
            member_id=member,
            problem=problem,
        )
    return page.leave("/login" if user_id == viewer.user_id else f"{PATH}?notice=member_removed")


async def _member_page(
    page: Page, viewer: Viewer, db: Db, clock: WallClock, member: str, problem: LastOwner | OwnersOnly | None
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await service.member(conn, clock, viewer.account_id, _id(member))
    return page.render(
        "accounts/team/member.html",
        status=200 if problem is None else problem.status,
        member=found,
        member_id=member,
        problem=problem,
        roles=_offered(viewer),
        role_names=ROLE_NAMES,
        role_sentences=ROLE_SENTENCES,
        senders=SENDERS,
    )


def _invitation_form(page: Page, viewer: Viewer, reading: Reading) -> Response[Any]:
    return page.render(
        "accounts/team/invite.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        roles=_offered(viewer),
        role_names=ROLE_NAMES,
        role_sentences=ROLE_SENTENCES,
    )


def _offered(viewer: Viewer) -> list[Role]:
    """The roles that this person can give."""
    return [role for role in Role if role is not Role.OWNER or viewer.role == Role.OWNER]


def _checked(form: Submitted) -> Reading:
    """The form of an invitation, with everything that is wrong with it."""
    reading = Reading(form)
    email = reading.text("email", most=EMAIL_LENGTH)
    reading.choice("role", list(Role))
    if email:
        with reading.errors.caught():
            service.checked_email(email)
    return reading


def _id(text: str) -> UUID:
    found = parse_public_id(USER_ID, text)
    if found is None:
        raise UnknownMember("There is no member at this address.")
    return found


routes: list[ControllerRouterHandler] = [
    team,
    roles,
    invitation_form,
    invite,
    validate,
    revoke,
    one,
    change,
    removal,
    remove,
]
