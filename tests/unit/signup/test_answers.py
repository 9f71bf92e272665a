"""Answers to a form are held to the kind of each attribute, as people of the country write them."""

from datetime import UTC, datetime

import pytest

from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.notation import notation
from chappe.contacts.attributes.values import Kind
from chappe.signup.forms.answers import Given, HeldTo, read
from chappe.signup.forms.model import FormContent, FormField

_SHAPES = (
    ("size", Kind.NUMBER, ()),
    ("birthday", Kind.DATE, ()),
    ("gift", Kind.BOOLEAN, ()),
    ("shop", Kind.CHOICE, ("Paris", "Lyon")),
    ("likes", Kind.LIST, ("Tea", "Coffee, black")),
)
KNOWN = {
    name: Attribute(
        name=name, label=None, kind=kind, options=options, created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    for name, kind, options in _SHAPES
}
CONTENT = FormContent(fields=tuple(FormField(name=name) for name, _, _ in _SHAPES))
FRENCH = HeldTo("FR", KNOWN, notation("FR", "fr"))


def given(**values: str) -> Given:
    return Given({"phone": "06 12 34 56 78", **values}, (), agreed=True)


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("size", "38,5", "38.5"),
        ("birthday", "31/03/1990", "1990-03-31"),
        ("birthday", "1990-03-31", "1990-03-31"),
        ("gift", "oui", "true"),
        ("shop", "lyon", "Lyon"),
        ("likes", "Coffee, black", '["Coffee, black"]'),
        ("likes", '["Coffee, black","Tea"]', '["Coffee, black","Tea"]'),
    ],
)
def test_an_answer_is_kept_as_its_kind_is(name: str, written: str, kept: str) -> None:
    answers, errors = read(CONTENT, given(**{name: written}), FRENCH)
    assert not errors
    assert answers is not None
    assert answers.attributes == {name: kept}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("size", "large"),
        ("birthday", "31/31/1990"),
        ("gift", "perhaps"),
        ("shop", "Lille"),
        ("likes", "Milk"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_of_its_field(name: str, written: str) -> None:
    answers, errors = read(CONTENT, given(**{name: written}), FRENCH)
    assert answers is None
    problem = errors.of(name)
    assert problem is not None
    assert (problem.code, problem.params["value"]) == ("wrong_value", written)


def test_a_number_without_a_code_is_of_the_workspaces_country() -> None:
    content = FormContent(countries=("DE", "FR"))
    answers, _ = read(content, given(), HeldTo("FR"))
    assert answers is not None
    assert answers.phone == 33612345678
    abroad, errors = read(content, Given({"phone": "+32 470 12 34 56"}, (), agreed=True), HeldTo("FR"))
    assert abroad is None
    assert errors.of("phone") is not None
