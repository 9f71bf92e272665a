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


class UnknownBulk(Problem):
    code: ClassVar[str] = "unknown_bulk"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such action on contacts"


class NothingToUndo(Problem):
    code: ClassVar[str] = "nothing_to_undo"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This cannot be taken back"


class ContactKnown(Problem):
    """`contact_id`: the contact that has the number."""

    code: ClassVar[str] = "contact_known"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A contact has this number already"


class ExternalIdTaken(Problem):
    """`contact_id`: the contact that has it."""

    code: ClassVar[str] = "external_id_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another contact has this external id"


class NotAnExternalId(Problem):
    code: ClassVar[str] = "not_an_external_id"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This cannot be an external id"


class UnknownNote(Problem):
    """There is none, or somebody else wrote it."""

    code: ClassVar[str] = "unknown_note"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such note of yours"


class ContactChanged(Problem):
    """Somebody else saved it while the form was open."""

    code: ClassVar[str] = "contact_changed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The contact was changed meanwhile"


class NotAnEmail(Problem):
    code: ClassVar[str] = "not_an_email"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Not an e-mail address"


class NotAFieldName(Problem):
    code: ClassVar[str] = "not_a_field_name"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A field cannot have this name"


class UnknownContact(Problem):
    code: ClassVar[str] = "unknown_contact"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such contact"
