"""A form to paste into another site: plain HTML that posts to the form's page, with no third party.

Without the script a press leads to our page with what was filled in, to be pressed once more. With it, on the
sites that the form names, the answer appears in place.
"""

from collections.abc import Mapping
from importlib import resources
from typing import Final

from markupsafe import Markup, escape

from chappe.signup.forms.answers import CONSENT, PHONE, TOPIC
from chappe.signup.forms.showing import Shown, ShownField
from chappe.signup.forms.trap import HONEYPOT
from chappe.web.language import LANGUAGES

_TYPES: Final = {"email": "email", "date": "date"}
_ROW: Final = Markup('<p><label>{} <input name="{}" type="{}" autocomplete="{}"{}></label></p>')
_SELECT: Final = Markup('<p><label>{} <select name="{}"{}><option></option>{}</select></label></p>')
_OPTION: Final = Markup('<option value="{}">{}</option>')
_SEVERAL: Final = Markup("<fieldset><legend>{}</legend>{}</fieldset>")
_BOX: Final = Markup('<label><input name="{}" type="checkbox" value="{}"> {}</label>')
_CHECK: Final = Markup('<p><label><input name="{}" type="checkbox" value="{}"{}> {}</label></p>')
SCRIPT: Final = resources.files("chappe.signup.forms").joinpath("embedded.js").read_text(encoding="utf-8")


def snippet(shown: Shown, address: str, language: str, source: str, labels: dict[str, str]) -> str:
    """`labels`: what the page calls the number and the questions that every form may ask, by name, and the
    words of `true` and `false`.
    """
    rows = [_row(PHONE, labels[PHONE], "tel", "tel", required=True)]
    answers = {word: labels[word] for word in ("true", "false")}
    rows += [_field(field, field.label or labels[field.name], answers) for field in shown.fields]
    if len(shown.topics) > 1:
        rows += [_check(TOPIC, topic.id, topic.title, required=False) for topic in shown.topics]
    rows.append(_check(CONSENT, "1", shown.consent, required=True))
    body = "\n".join(f"  {row}" for row in rows)
    return (
        f'<form method="post" action="{escape(address)}" data-chappe>\n'
        f"{_hidden('lang', language)}{_hidden('s', source)}"
        f'  <div hidden><input name="{HONEYPOT}" tabindex="-1" autocomplete="off"></div>\n'
        f"{body}\n"
        f'  <p><button type="submit">{escape(shown.words.button)}</button></p>\n'
        '  <p role="status" data-chappe-answer></p>\n'
        "</form>\n"
        f'<script src="{escape(address)}/form.js" async></script>\n'
    )


def frame(address: str, language: str, source: str, title: str) -> str:
    """The form's own page, within another."""
    query = f"?lang={language}&s={source}"
    return (
        f'<iframe src="{escape(address + query)}" title="{escape(title)}" width="100%" height="640" '
        'loading="lazy"></iframe>\n'
    )


def _hidden(name: str, value: str) -> str:
    return f'  <input type="hidden" name="{name}" value="{escape(value)}">\n'


def _field(field: ShownField, label: str, answers: Mapping[str, str]) -> Markup:
    """As its kind is best filled in; `answers`: the words of yes and no."""
    if field.kind == "list" and field.options:
        boxes = Markup(" ").join(_BOX.format(field.name, option, option) for option in field.options)
        return _SEVERAL.format(label, boxes)
    choices: Mapping[str, str] = {option: option for option in field.options}
    if field.kind == "language":
        choices = LANGUAGES
    elif field.kind == "boolean":
        choices = answers
    if choices:
        options = Markup("").join(_OPTION.format(*choice) for choice in choices.items())
        return _SELECT.format(label, field.name, _needed(field.required), options)
    kind = _TYPES.get(field.kind, "text")
    return _row(field.name, label, kind, field.autocomplete, required=field.required)


def _needed(required: bool) -> Markup:
    return Markup(" required") if required else Markup("")


def _row(name: str, label: str, kind: str, autocomplete: str, *, required: bool) -> Markup:
    return _ROW.format(label, name, kind, autocomplete, _needed(required))


def _check(name: str, value: str, label: str, *, required: bool) -> Markup:
    return _CHECK.format(name, value, _needed(required), label)
