"""Rules that every template keeps: icons that exist, nothing inline, a word for each state and reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from chappe.campaigns.display import SEGMENTS
from chappe.campaigns.model import CampaignState
from chappe.carriers.model import LinkState
from chappe.gate.model import Code
from chappe.web.environment import TEMPLATES, environments

ROOT = Path(__file__).parents[3]
FILES = sorted(TEMPLATES.rglob("*.html"))
INLINE = re.compile(r"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|<style|javascript:|hx-on", re.IGNORECASE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_nothing_is_inline(file: Path) -> None:
    assert INLINE.search(file.read_text(encoding="utf-8")) is None


def test_every_template_compiles_in_every_language() -> None:
    for env in environments(assets=None).values():
        for file in FILES:
            env.get_template(str(file.relative_to(TEMPLATES)))


# Macros of components/ui.html by the place of the icon among their arguments.
ICON_AT = {"icon": 0, "badge": 1, "card": 1, "notice": 2, "tile": 2, "empty": 2}


def _named_icons(file: Path) -> Iterator[str]:
    tree = environments(assets=None)["en"].parse(file.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        name = getattr(call.node, "attr", getattr(call.node, "name", ""))
        at = ICON_AT.get(name)
        if at is not None and len(call.args) > at:
            yield from (str(each.value) for each in [call.args[at]] if isinstance(each, nodes.Const))
            yield from (str(each.value) for each in call.args[at].find_all(nodes.Const))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'"([\w-]+)"', (ROOT / "frontend" / "icons.js").read_text(encoding="utf-8")))
    named = {name for file in FILES for name in _named_icons(file)}
    assert "radio-tower" in named
    assert named - known - {"unknown", "monitor", ""} == set()


class _Icons:
    """Stands for the built front end, of which these macros only name the sprite."""

    icons = "/static/icons.svg"


def _words(call: str) -> str:
    env = environments(assets=_Icons())["fr"]  # type: ignore[arg-type]
    text = env.from_string(f'{{% import "components/words.html" as words %}}{{{{ words.{call} }}}}').render()
    return re.sub(r"<[^>]*>", "", text).strip()


@pytest.mark.parametrize("code", [code.reason for code in Code if code.skips])
def test_every_skip_reason_has_plain_words(code: str) -> None:
    assert _words(f"skip_reason({code!r})") not in ("", code)


@pytest.mark.parametrize("key", [key for key, _ in SEGMENTS])
def test_every_segment_has_a_word_and_an_icon(key: str) -> None:
    assert _words(f"segment({key!r})")
    assert _words(f"segment_icon({key!r})")


def test_every_state_has_a_word() -> None:
    assert all(_words(f"campaign_state({state.value!r})") for state in CampaignState)
    assert all(_words(f"link_state({state.value!r})") for state in LinkState)
