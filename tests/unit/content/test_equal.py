"""The compiled subset and python-liquid give the same text, or fail for the same reason."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chappe.content.full import FullTemplate
from chappe.content.model import BadTemplate, EmptyBody, MissingVariable
from chappe.content.service import Template
from chappe.content.simple import compile_simple

NAMES = ("first_name", "city", "x1", "nil_", "Name")
LITERALS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="{}%\"'\\\x00\r"), max_size=8
)
QUOTED = st.builds(lambda text, mark: f"{mark}{text}{mark}", LITERALS, st.sampled_from("\"'"))
FILTERS = st.one_of(
    st.sampled_from(["capitalize", "upcase", "downcase", "strip", "lstrip", "rstrip"]),
    st.builds("default: {}".format, QUOTED),
    st.builds("truncate: {}".format, st.integers(0, 60)),
    st.builds("truncate: {}, {}".format, st.integers(0, 60), QUOTED),
)
SPACE = st.sampled_from(["", " ", "  ", "\n"])


@st.composite
def outputs(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["", "contact."])) + draw(st.sampled_from(NAMES))
    filters = "".join(f"{draw(SPACE)}|{draw(SPACE)}{each}" for each in draw(st.lists(FILTERS, max_size=3)))
    return f"{{{{{draw(SPACE)}{name}{filters}{draw(SPACE)}}}}}"


SOURCES = st.lists(st.one_of(LITERALS, outputs()), min_size=1, max_size=5).map("".join)
VALUES = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["Anna", "  Anna ", "ÉLODIE", "{{ city }}", "{% if %}", "\u202egnp.exe", "a\u0301", "ß", "ŉ"]
        ),
        st.integers(-(10**6), 10**6),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
        st.lists(st.text(max_size=2), max_size=2),
    ),
)


def outcome(render: Any, values: dict[str, object]) -> str:
    try:
        return "text: " + render(values)
    except MissingVariable:
        return "missing"


@given(SOURCES, VALUES)
@settings(max_examples=1500, deadline=None)
def test_compiled_and_liquid_agree(source: str, values: dict[str, object]) -> None:
    try:
        full = FullTemplate(source)
    except BadTemplate:
        assume(False)
    compiled = compile_simple(source)
    assert compiled is not None
    assert outcome(compiled.render, values) == outcome(full.render, values)


@given(SOURCES, st.lists(VALUES, min_size=1, max_size=4))
@settings(max_examples=700, deadline=None)
def test_columns_are_rendered_as_each_contact_would_be(source: str, people: list[dict[str, object]]) -> None:
    try:
        template = Template(source)
    except (BadTemplate, EmptyBody):
        assume(False)
    columns = {name: [values.get(name) for values in people] for name in template.variables}
    texts, failed = template.render_columns(columns, len(people))
    found = ["missing" if at in failed else f"text: {text}" for at, text in enumerate(texts)]
    assert found == [outcome(FullTemplate(template.source).render, values) for values in people]


@given(st.text(st.sampled_from("{}%|:,.'\"ab -0\n")), VALUES)
@settings(max_examples=1500, deadline=None)
def test_they_agree_on_noise_that_liquid_reads(source: str, values: dict[str, object]) -> None:
    try:
        full = FullTemplate(source)
    except BadTemplate:
        return
    compiled = compile_simple(source)
    if compiled is not None:
        assert outcome(compiled.render, values) == outcome(full.render, values)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_a_value_is_never_read_as_a_template(values: dict[str, object]) -> None:
    template = Template("{{ first_name }}{% if city %}-{{ city }}{% endif %}")
    values = {**values, "first_name": "{{ city }}{% if 1 %}", "city": "{{ first_name }}"}
    assert template.render(values) == "{{ city }}{% if 1 %}-{{ first_name }}"
