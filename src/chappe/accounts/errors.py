"""What can go wrong with people and keys."""

from chappe.kit.errors import Problem


class BadLogin(Problem):
    """Wrong e-mail or wrong password: the answer does not say which."""

    code = "bad_login"
    status = 401
    title = "The e-mail or the password is wrong"


class NowhereToGo(Problem):
    """The right password of a person who belongs to no workspace any more. Who does not know the password is
    told BadLogin: nobody learns who has an account.
    """

    code = "no_workspace"
    status = 403
    title = "You belong to no workspace any more"


class TooManyLogins(Problem):
    """Too many failed logins to this account, or from this address."""

    code = "too_many_logins"
    status = 429
    title = "Too many failed logins"


class WeakPassword(Problem):
    """Short, common or made of the person's own words: `params["why"]` is the word of strength.check."""

    code = "weak_password"
    status = 422
    title = "This password is too easily guessed"


class WrongPassword(Problem):
    """Asked again of somebody who has logged in."""

    code = "wrong_password"
    status = 422
    title = "The password is wrong"


class BadCode(Problem):
    """Wrong, too old, or used before: the answer does not say which."""

    code = "bad_code"
    status = 422
    title = "The code is wrong"


class LoginOver(Problem):
    """Between password and code too much time or too many tries went by."""

    code = "login_over"
    status = 401
    title = "Log in again"


class FactorRequired(Problem):
    """A workspace of the person's insists on it."""

    code = "factor_required"
    status = 409
    title = "A workspace requires codes at login"


class ResetOver(Problem):
    code = "reset_over"
    status = 404
    title = "This link has been used, or is too old"


class EmailTaken(Problem):
    code = "email_taken"
    status = 409
    title = "Somebody else logs in with this e-mail"


class BadEmail(Problem):
    code = "bad_email"
    status = 422
    title = "This is no e-mail address"


class BadName(Problem):
    code = "bad_name"
    status = 422
    title = "This name cannot be used"


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


class NoProvider(Problem):
    code = "no_provider"
    status = 404
    title = "No single sign-on for this address"


class ProviderFailed(Problem):
    """It did not answer, or what it said cannot be believed."""

    code = "provider_failed"
    status = 502
    title = "The identity provider failed"


class ProviderInternal(Problem):
    """Its address leads into a network that the operator has not opened."""

    code = "provider_internal"
    status = 502
    title = "The identity provider is in an internal network"


class SignOnOver(Problem):
    """Used, too old, another browser's, or refused by the provider."""

    code = "sign_on_over"
    status = 401
    title = "This login is over"


class NotVouched(Problem):
    """The provider does not say that the address is verified."""

    code = "not_vouched"
    status = 403
    title = "The address is not verified"


class NotAMember(Problem):
    code = "not_a_member"
    status = 403
    title = "No account in this workspace"


class DomainTaken(Problem):
    code = "domain_taken"
    status = 409
    title = "Another workspace has this domain"


class UnknownSession(Problem):
    code = "unknown_session"
    status = 404
    title = "This session has ended"


class BadDomains(Problem):
    code = "bad_domains"
    status = 422
    title = "These are no domains"


class UnknownEvent(Problem):
    code = "unknown_event"
    status = 404
    title = "Nothing of that id is on record"


class UnknownMail(Problem):
    code = "unknown_mail"
    status = 404
    title = "There is no such mail"
