"""What can go wrong with a list as a whole."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownStopList(Problem):
    code: ClassVar[str] = "unknown_stop_list"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such list"


class NothingUnderstood(Problem):
    code: ClassVar[str] = "nothing_understood"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Nothing in the file is what was asked for"


class SecretMissing(Problem):
    code: ClassVar[str] = "secret_missing"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The key of the other system is missing"


class NotNow(Problem):
    """`state`: that of the list."""

    code: ClassVar[str] = "list_not_ready"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This cannot be done with the list now"
