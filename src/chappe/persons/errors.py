"""What can go wrong with exports and requests of persons."""

from chappe.kit.errors import Problem


class UnknownExport(Problem):
    code = "unknown_export"
    status = 404
    title = "No such export"


class ExportNotReady(Problem):
    """It is still being written, or it failed."""

    code = "export_not_ready"
    status = 409
    title = "The file is not ready"


class ExportGone(Problem):
    """Its days are over, or somebody who was in it has been erased."""

    code = "export_gone"
    status = 410
    title = "The file is gone"


class BadExport(Problem):
    """What is asked for does not go together."""

    code = "bad_export"
    status = 422
    title = "This cannot be exported"


class UnknownRequest(Problem):
    code = "unknown_request"
    status = 404
    title = "No such request"


class RequestClosed(Problem):
    """It was answered or refused, or prolonged once already."""

    code = "request_closed"
    status = 409
    title = "This request is closed"


class IdentityUnchecked(Problem):
    """Data are given, or erased, only for who proved to be that person."""

    code = "identity_unchecked"
    status = 422
    title = "Who they are has not been checked"


class NothingToAnswer(Problem):
    """The person has been erased since."""

    code = "nothing_to_answer"
    status = 409
    title = "Nothing is kept of this person any more"


class NotANumber(Problem):
    code = "not_a_phone_number"
    status = 422
    title = "This is no phone number"


class NotYet(Problem):
    """A day that is still to come."""

    code = "not_yet"
    status = 422
    title = "This day is still to come"
