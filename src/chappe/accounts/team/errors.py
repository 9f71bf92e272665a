"""What can go wrong with members, invitations and workspaces."""

from chappe.kit.errors import Problem


class LastOwner(Problem):
    """Without an owner nobody could make one."""

    code = "last_owner"
    status = 409
    title = "A workspace keeps one owner"


class OwnersOnly(Problem):
    """Only owners make owners, and only they change or remove them."""

    code = "owners_only"
    status = 403
    title = "Only an owner may do this"


class UnknownMember(Problem):
    code = "unknown_member"
    status = 404
    title = "No such member"


class UnknownInvitation(Problem):
    """Never made, used, revoked or out of date: the answer does not say which."""

    code = "unknown_invitation"
    status = 404
    title = "This invitation cannot be used"


class AlreadyMember(Problem):
    code = "already_member"
    status = 409
    title = "They belong to this workspace already"


class OtherPerson(Problem):
    """The invitation is for another e-mail than that of the account that accepts it."""

    code = "other_person"
    status = 403
    title = "This invitation is for somebody else"


class BadEmail(Problem):
    code = "bad_email"
    status = 422
    title = "This is no e-mail address"


class BadName(Problem):
    code = "bad_name"
    status = 422
    title = "This name cannot be used"


class BadRole(Problem):
    code = "bad_role"
    status = 422
    title = "No such role"


class UnknownWorkspace(Problem):
    """There is none, or the person does not belong to it."""

    code = "unknown_workspace"
    status = 404
    title = "No such workspace"
