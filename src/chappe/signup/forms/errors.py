"""What can go wrong with a form."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownForm(Problem):
    code: ClassVar[str] = "unknown_form"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such form"


class FormNameTaken(Problem):
    code: ClassVar[str] = "form_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A form has this name already"


class TooManyForms(Problem):
    code: ClassVar[str] = "too_many_forms"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "There are too many forms"


class FormClosed(Problem):
    """A form that was published and is archived; whose it is, is known."""

    code: ClassVar[str] = "form_closed"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "The form is closed"

    def __init__(self, detail: str, workspace_id: int) -> None:
        super().__init__(detail)
        self.workspace_id = workspace_id


class BadForm(Problem):
    """`field` names what cannot be used."""

    code: ClassVar[str] = "bad_form"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The form cannot be used"


class NotPublished(Problem):
    code: ClassVar[str] = "form_not_published"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The form is not published"


class ConsentRequired(Problem):
    code: ClassVar[str] = "consent_required"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Nobody agreed"


class CountryNotTaken(Problem):
    """`countries`: those whose numbers the form takes."""

    code: ClassVar[str] = "country_not_taken"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Numbers of this country are not taken"


class BadAnswer(Problem):
    """An answer of a field that does not fit it; `fault` says how."""

    code: ClassVar[str] = "bad_answer"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This answer does not fit"


class TooManyTries(Problem):
    code: ClassVar[str] = "too_many_tries"
    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many tries for now"


class KeywordTaken(Problem):
    """`form`: the name of the one that has it."""

    code: ClassVar[str] = "keyword_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another form has this keyword"


class BadKeyword(Problem):
    """`fault`: `reserved` (STOP, START, HELP, YES and their like), `long`, or `signs`."""

    code: ClassVar[str] = "bad_keyword"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This keyword cannot be used"


class BadCodes(Problem):
    code: ClassVar[str] = "bad_codes"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The codes cannot be used"


class BadLook(Problem):
    code: ClassVar[str] = "bad_look"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The colour or the logo cannot be used"
