"""Languages: chosen rightly, and complete."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from chappe.web.environment import environments
from chappe.web.language import LANGUAGES, catalogue, choose

ROOT = Path(__file__).parents[3]
TOOL: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "translations.py"))
OTHERS = sorted(set(LANGUAGES) - {"en"})
# A space that breaks before these, or after the opening mark, is no French.
BREAKING = re.compile(
    r"[ \u00a0]?(?<![\u202f\u00a0])[;!?»](?!\w)|(?<![\u00a0\d]):(?!\d)|«(?![\u202f\u00a0])|'|\""
)


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (["fr"], "en", "fr"),
        ([None, "fr"], "en", "fr"),
        (["xx"], "fr", "fr"),
        ([], "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ([], "de, en;q=0.2, fr;q=0.9", "fr"),
        ([], "fr;q=0, en;q=0.1", "en"),
        ([], "de", "en"),
        ([], "fr;q=nonsense", "en"),
        ([], None, "en"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers(
    chosen: list[str | None], accepted: str | None, language: str
) -> None:
    assert choose(chosen, accepted) == language


def _texts(message: Any) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _written(language: str) -> list[tuple[str, Any]]:
    """Every message of a language, with the room whose catalogue has it."""
    read = TOOL["read"](language)
    return [(room, message) for room in read for message in read[room] if message.id]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_pages_is_translated_and_nothing_else_is_kept(language: str) -> None:
    """English is what the templates say; each other language has all of it, surely, and no more."""
    said = {(room, message.id) for room, texts in TOOL["texts"]().items() for message in texts if message.id}
    written = {(room, message.id): message for room, message in _written(language)}
    assert said - set(written) == set(), "run scripts/translations.py and translate"
    assert set(written) - said == set(), "run scripts/translations.py"
    assert [message.id for message in written.values() if not all(_texts(message))] == []
    assert [message.id for message in written.values() if message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_two_rooms_say_is_translated_alike(language: str) -> None:
    first: dict[Any, Any] = {}
    differing = [
        (room, message.id, _texts(message))
        for room, message in _written(language)
        if first.setdefault(message.id, _texts(message)) != _texts(message)
    ]
    assert differing == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_its_text_does(language: str) -> None:
    holes = re.compile(r"%\(\w+\)s")
    for _, message in _written(language):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set(holes.findall(originals[-1]))
        for text in _texts(message):
            assert set(holes.findall(text)) == wanted, text


def test_french_is_set_as_french_is() -> None:
    wrong = [text for _, message in _written("fr") for text in _texts(message) if BREAKING.search(text)]
    assert wrong == []


def test_catalogues_are_compiled_in_memory_and_reach_the_templates() -> None:
    assert catalogue("fr").gettext("Log in") == "Se connecter"
    assert catalogue("en").gettext("Log in") == "Log in"
    text = "{{ ngettext('%(n)s asks to stop', '%(n)s ask to stop', n, n=n) }}"
    shown = {
        language: env.from_string(text).render(n=2) for language, env in environments(assets=None).items()
    }
    assert shown == {"en": "2 ask to stop", "fr": "2 demandent l’arrêt"}
