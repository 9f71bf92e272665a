"""Templates: what is refused, what is missing, what is cleaned."""

import time

import pytest

from chappe.content.model import (
    LONGEST_BODY,
    BadTemplate,
    BodyTooLong,
    EmptyBody,
    MissingVariable,
    UnknownVariable,
    Unrenderable,
)
from chappe.content.service import Template, check_variables
from chappe.content.values import comparable, text_of

REFUSED = [
    '{{env "DB_URL"}}',
    '{{ "X"|repeat 100000000 }}',
    "{{7*7}}",
    "{{''.__class__}}",
    "{{ first_name.__class__ }}",
    "{{ contact }}",
    "{{ contact[first_name] }}",
    "{{ first_name | replace: '', 'xxxxxxxxxx' }}",
    "{{ first_name | date: '%1000000000d' }}",
    "{{ first_name | split: '' | join: first_name }}",
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% tablerow i in (1..1000) %}x{% endtablerow %}",
    "{% include 'secrets' %}",
    "{% render 'secrets' %}",
    "{% assign a = 'x' %}",
    "{% capture a %}x{% endcapture %}",
    "{% increment a %}",
    "{% cycle 'a', 'b' %}",
    "{% liquid echo first_name %}",
    "{% echo first_name %}",
    "{{ first_name",
    "{% if first_name %}",
    "{% endif %}",
    "{{ }}",
    "{{ 1 | divided_by: 0 }}",
    "{% if first_name %}" * 40 + "{% endif %}" * 40,
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_a_message_must_not_use(source: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        Template(source)
    assert caught.value.field == "body"


@pytest.mark.parametrize(
    "text", ["${first_name}", "{first_name}", "{a{b}}", "50% {off}", "#{x}", "%s %(a)s", "}}", "a | b"]
)
def test_what_only_looks_like_a_template_is_text(text: str) -> None:
    template = Template(text)
    assert template.constant
    assert template.render({}) == text


def test_a_kept_tag_is_named_when_another_is_refused() -> None:
    with pytest.raises(BadTemplate, match="“if”"):
        Template("{% for a in b %}{% endfor %}")


def test_never_an_empty_place() -> None:
    for source in (
        "Hello {{ first_name }},",
        "Hello {{ first_name | capitalize }},",
        "{% if city %}{% endif %}Hello {{ first_name | upcase }},",
        "{% if city %}{% endif %}Hello {{ first_name | append: '!' }},",
    ):
        template = Template(source)
        for empty in (
            {},
            {"first_name": ""},
            {"first_name": " \t\n"},
            {"first_name": None},
            {"first_name": False},
        ):
            with pytest.raises(MissingVariable):
                template.render(empty)


@pytest.mark.parametrize("prefix", ["", "{% if nothing %}{% endif %}"], ids=["compiled", "liquid"])
def test_a_default_is_heard_wherever_it_stands(prefix: str) -> None:
    for filters in (
        "default: 'friend'",
        "capitalize | default: 'friend'",
        "strip | default: 'friend' | strip",
    ):
        template = Template(f"{prefix}Hello {{{{ first_name | {filters} }}}}")
        assert template.compiled is (not prefix)
        assert template.render({}) == "Hello friend"
        assert template.render({"first_name": "Anna"}) == "Hello Anna"


def test_conditions() -> None:
    template = Template(
        "{% if vip %}VIP {% endif %}{% unless city %}nowhere{% else %}{{ city }}{% endunless %}"
        "{% if age > 17 %} adult{% endif %}{% case city %}{% when 'Paris' %}!{% endcase %}"
    )
    assert template.variables == ("age", "city", "vip")
    assert template.render({"vip": True, "city": "Paris", "age": 18}) == "VIP Paris adult!"
    assert template.render({"vip": False, "age": 3}) == "nowhere"


def test_a_word_where_a_number_is_due_is_that_contacts_matter() -> None:
    template = Template("{% if age > 17 %}adult{% endif %}x")
    with pytest.raises(Unrenderable):
        template.render({"age": "many"})


def test_values_are_cleaned() -> None:
    assert text_of(" Anna\r\nBcc: x\x00\x1b[31m ") == "Anna Bcc: x [31m"
    assert text_of("\u202egnp.exe") == "gnp.exe"
    assert text_of("e\u0301") == "é"
    assert text_of("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert [text_of(value) for value in (True, False, None, 0, 1.5, [], {})] == [
        "true",
        "",
        "",
        "0",
        "1.5",
        "",
        "",
    ]
    assert [comparable(value) for value in (3, True, False, " a ", "")] == [3, "true", None, "a", None]


def test_unknown_variables_are_answered_with_the_nearest() -> None:
    known = {"first_name", "last_name", "city"}
    check_variables(Template("{{ first_name }} {{ contact.phone }} {{ country }}"), known)
    with pytest.raises(UnknownVariable, match=r"Did you mean \{\{ first_name \}\}") as caught:
        check_variables(Template("{{ FirstName }}"), known)
    assert caught.value.params["variable"] == "FirstName"
    with pytest.raises(UnknownVariable, match="Known variables: city, country"):
        check_variables(Template("{{ zzzzzz }}"), known)
    with pytest.raises(UnknownVariable):
        check_variables(Template("{% if zzzzzz %}{% endif %}x"), known)


def test_bodies() -> None:
    with pytest.raises(EmptyBody):
        Template(" \n")
    with pytest.raises(BodyTooLong):
        Template("x" * (LONGEST_BODY + 1))
    assert Template("e\u0301\r\n").render({}) == "é\n"


def test_in_a_column_each_fails_for_itself() -> None:
    texts, failed = Template("{{ 10 | divided_by: n }} {{ name }}").render_columns(
        {"n": [5, 0, 2, 2], "name": ["Anna", "Bo", None, "Cy"]}, 4
    )
    assert texts == ["2 Anna", None, None, "5 Cy"]
    assert failed == {1: Unrenderable, 2: MissingVariable}
    assert Template("Hello").render_columns({}, 2) == (["Hello", "Hello"], {})


def test_a_contact_with_a_huge_value_does_not_take_long() -> None:
    started = time.process_time()
    for source in ("{{ x | capitalize }}", "{% if x %}{{ x | append: x | append: x }}{% endif %}"):
        Template(source).render({"x": "A" * 20_000})
    assert time.process_time() - started < 1.0
