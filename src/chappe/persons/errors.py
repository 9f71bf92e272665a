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
