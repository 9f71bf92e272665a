"""Bring the catalogues up to date with what the templates and the pages' Python say.

python scripts/translations.py [ROOM...]    new texts come in untranslated (or as another room translates
                                            them), those that are gone leave; tests name what is missing.

Each room has a catalogue of its own, so that those who work on different rooms do not meet in one file. What
two rooms say stands in both, and a test asks that it is translated alike.
"""

import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parent.parent / "src" / "chappe"
LOCALE = SOURCE / "web" / "locale"
# Texts of what every page has.
SHELL = "shell"
# Python texts are marked where they are written and translated where they are shown.
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
# Pages, and the texts of e-mails.
_TEMPLATES = ("web/templates/**.html", "web/templates/**.txt")
_METHODS = [("**.py", "python"), *((files, "jinja2") for files in _TEMPLATES)]
_OPTIONS = {files: {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"} for files in _TEMPLATES}


def texts() -> dict[str, Catalog]:
    """By room: every text that its pages can show, in English."""
    rooms: dict[str, Catalog] = {}
    found = extract_from_dir(SOURCE, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for name, line, message, comments, context in found:
        catalogue = rooms.setdefault(room_of(name), _empty())
        catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return rooms


def room_of(name: str) -> str:
    """The room that a file under `src/chappe` speaks for."""
    parts = PurePosixPath(name).parts
    if parts[:2] == ("web", "templates"):
        return parts[2] if len(parts) > 3 and parts[2] not in ("components", "shell") else SHELL
    return SHELL if parts[0] == "web" else parts[0]


def read(language: str) -> dict[str, Catalog]:
    """By room: the catalogue of a language as it is written."""
    return {path.stem: _read(path, language) for path in sorted((LOCALE / language).glob("*.po"))}


def languages() -> Iterator[str]:
    return (path.name for path in sorted(LOCALE.iterdir()) if path.is_dir())


def main(wanted: list[str]) -> int:
    rooms = texts()
    for language in languages():
        written = read(language)
        known = {m.id: m.string for catalogue in written.values() for m in catalogue if m.id and m.string}
        for room in sorted({*rooms, *written}):
            if wanted and room not in wanted:
                continue
            path = LOCALE / language / f"{room}.po"
            if room not in rooms:
                path.unlink()
                continue
            catalogue = written.get(room) or Catalog(locale=language, project="Chappe", fuzzy=False)
            missing = _update(catalogue, rooms[room], known)
            with path.open("wb") as target:
                write_po(target, catalogue, omit_header=False, no_location=True, sort_output=True, width=100)
            print(f"{language}/{room}: {len(catalogue)} texts, {missing} to translate")
    return 0


def _update(catalogue: Catalog, template: Catalog, known: dict[object, object]) -> int:
    """Bring one catalogue up to date; how many of its texts are untranslated."""
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Chappe"
    for message in catalogue:
        if message.id and not _translated(message.string) and message.id in known:
            message.string = known[message.id]  # type: ignore[assignment]  # texts of both are alike
    return sum(1 for message in catalogue if message.id and not _translated(message.string))


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _empty() -> Catalog:
    return Catalog(project="Chappe", charset="utf-8", fuzzy=False)


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
