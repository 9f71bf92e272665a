"""What can go wrong with attributes and their values."""

from typing import ClassVar

from chappe.contacts.attributes.values import Misfit
from chappe.kit.errors import Problem


class UnknownAttribute(Problem):
    code: ClassVar[str] = "unknown_attribute"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such attribute"


class AttributeTaken(Problem):
    code: ClassVar[str] = "attribute_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "An attribute has this name already"


class TooManyAttributes(Problem):
    code: ClassVar[str] = "too_many_attributes"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "There are too many attributes"


class NoOptions(Problem):
    code: ClassVar[str] = "no_options"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A choice needs options"


class KindFixed(Problem):
    """Names and e-mail are texts: contacts are found by them."""

    code: ClassVar[str] = "kind_fixed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This attribute stays a text"


class ChangeUnderWay(Problem):
    code: ClassVar[str] = "change_under_way"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The kind is being changed"


class WrongValue(Problem):
    """`kind` that was expected, `value` that was read, `options` there are."""

    code: ClassVar[str] = "wrong_value"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The value does not fit its attribute"


def wrong_value(called: str, misfit: Misfit, *, field: str) -> WrongValue:
    """That `misfit` was read for the attribute that is called so."""
    read = misfit.read if len(misfit.read) <= 60 else misfit.read[:60] + "…"
    return WrongValue(
        f"{called}: “{read}” was read, and {misfit.expected} is expected.",
        field=field,
        kind=misfit.shape.kind.value,
        value=read,
        options=misfit.shape.options,
    )
