"""The archive for one person: a page to read, the same as JSON and as tables, in one ZIP file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final

import jinja2
import msgspec

from chappe.kit.spreadsheets import csv_text
from chappe.persons.gathering import Told
from chappe.web.environment import environments
from chappe.web.language import LANGUAGES

_TABLES: Final = (
    "lists", "segments", "consents", "suppressions", "messages", "received", "events", "history", "audit",
)  # fmt: skip
_MARK: Final = "\ufeff"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers, when, and in which zone times are told."""

    workspace: str
    zone: str
    made_at: datetime


def archive(told: Told, about: About, language: str) -> bytes:
    """The octets of the ZIP: the same for the same values."""
    env = _environments()[language if language in LANGUAGES else "en"]
    page = env.get_template("persons/archive/person.html").render(told=told, about=about)
    data = msgspec.json.format(msgspec.json.encode({"made_at": about.made_at, "person": told}), indent=2)
    files: dict[str, bytes] = {
        "index.html": page.encode(),
        "style.css": resources.files("chappe.persons").joinpath("archive.css").read_bytes(),
        "person.json": data,
    }
    for name in _TABLES:
        rows: Sequence[Mapping[str, Any]] = getattr(told, name)
        if rows:
            files[f"{name}.csv"] = _table(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, about.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return out.getvalue()


def _table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    heads = list(rows[0])
    lines = [[_cell(row[name]) for name in heads] for row in rows]
    return (_MARK + csv_text([heads, *lines])).encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return msgspec.json.encode(value).decode()


@cache
def _environments() -> dict[str, jinja2.Environment]:
    return environments(assets=None)
