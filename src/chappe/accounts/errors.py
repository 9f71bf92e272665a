"""What can go wrong with people and keys."""

from chappe.kit.errors import Problem


class BadLogin(Problem):
    """Wrong e-mail or wrong password: the answer does not say which."""

    code = "bad_login"
    status = 401
    title = "The e-mail or the password is wrong"


class TooManyLogins(Problem):
    """Too many failed logins to this account, or from this address."""

    code = "too_many_logins"
    status = 429
    title = "Too many failed logins"


class WeakPassword(Problem):
    code = "weak_password"
    status = 422
    title = "This password is too short"


class UnknownUser(Problem):
    code = "unknown_user"
    status = 404
    title = "No such person"


class UnknownKey(Problem):
    code = "unknown_key"
    status = 404
    title = "No such API key"


class UnknownScope(Problem):
    code = "unknown_scope"
    status = 422
    title = "No such scope"


class BadKeyName(Problem):
    code = "bad_key_name"
    status = 422
    title = "This name cannot be used"


class NoWorkspace(Problem):
    code = "no_workspace"
    status = 409
    title = "There is no workspace yet"
