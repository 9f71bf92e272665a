"""What can go wrong with contacts and lists."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownList(Problem):
    code: ClassVar[str] = "unknown_list"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such list"


class ListNameTaken(Problem):
    code: ClassVar[str] = "list_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A list has this name already"


class UnknownContact(Problem):
    code: ClassVar[str] = "unknown_contact"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such contact"
