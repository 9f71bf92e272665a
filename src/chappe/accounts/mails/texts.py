"""Mails are written once, as text; what mail programs show is made of the same paragraphs.

A template's first line is the subject, each other a paragraph. A line `[Words](address)` is the one button:
text mails show the address, HTML mails the words. Mail programs drop style sheets: the styles are put at each
element here.
"""

import re
from collections.abc import Mapping
from functools import cache

import jinja2

from chappe.accounts.mails.model import Body
from chappe.web.environment import environments
from chappe.web.language import LANGUAGES

_BUTTON = re.compile(r"\[(?P<words>.+)\]\((?P<address>\S+)\)")
_STYLED = re.compile(r'class="mail-(\w+)"')
# The colours of `chappe-light`, in the notation that mail programs understand.
_STYLES = {
    "page": "margin:0;padding:24px 12px;background:#f3f6fa;font-family:Inter,Helvetica,Arial,sans-serif",
    "sheet": "max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #dde4ec;"
    "border-radius:10px",
    "brand": "margin:0 0 24px;font-size:16px;font-weight:600;color:#16243a",
    "text": "margin:0 0 16px;font-size:15px;line-height:1.55;color:#16243a",
    "action": "margin:24px 0",
    "button": "display:inline-block;padding:11px 18px;border-radius:8px;background:#16243a;color:#fff;"
    "font-size:15px;font-weight:600;text-decoration:none",
    "address": "margin:0 0 16px;font-size:13px;line-height:1.5;color:#51617a;word-break:break-all",
    "foot": "max-width:520px;margin:16px auto 0;font-size:12px;line-height:1.5;color:#51617a",
}


def write(kind: str, language: str, values: Mapping[str, object]) -> tuple[str, Body]:
    """Subject and body of a mail of this kind. jinja2.UndefinedError when a value is missing."""
    env = _environments()[language if language in LANGUAGES else "en"]
    text = env.get_template(f"mails/{kind}.txt").render(values)
    subject, *paragraphs = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    shown = [_BUTTON.sub(r"\g<words>\n\g<address>", part) for part in paragraphs]
    page = env.get_template("mails/mail.html").render(
        subject=subject, parts=[_parsed(part) for part in paragraphs]
    )
    html = _STYLED.sub(lambda found: f'style="{_STYLES[found[1]]}"', page)
    return subject, Body("\n\n".join(shown) + "\n", html)


def _parsed(paragraph: str) -> dict[str, str]:
    found = _BUTTON.fullmatch(paragraph)
    return {"text": found["words"], "address": found["address"]} if found else {"text": paragraph}


@cache
def _environments() -> dict[str, jinja2.Environment]:
    return environments(assets=None)
