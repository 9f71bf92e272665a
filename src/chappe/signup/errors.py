"""What can go wrong with an import as a whole. What is wrong with a row is its reason, not an error."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownImport(Problem):
    code: ClassVar[str] = "unknown_import"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such import"


class UnknownCountry(Problem):
    code: ClassVar[str] = "unknown_country"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No such country"


class ConsentIncomplete(Problem):
    code: ClassVar[str] = "consent_incomplete"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The consent is not stated in full"


class FileTooLarge(Problem):
    code: ClassVar[str] = "file_too_large"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "The file is too large"


class EmptyFile(Problem):
    code: ClassVar[str] = "empty_file"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The file is empty"


class NotATable(Problem):
    code: ClassVar[str] = "not_a_table"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The file is not a table"


class NoPhoneColumn(Problem):
    code: ClassVar[str] = "no_phone_column"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No column holds phone numbers"


class UnknownColumn(Problem):
    code: ClassVar[str] = "unknown_column"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The mapping names a column that the file does not have"


class BadMapping(Problem):
    code: ClassVar[str] = "bad_mapping"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The mapping cannot be used"


class NotADraft(Problem):
    code: ClassVar[str] = "not_a_draft"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The import has begun"
