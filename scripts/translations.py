"""Bring the catalogues up to date with what the templates and the pages' Python say.

python scripts/translations.py     new texts come in untranslated, those that are gone leave; tests name what
                                   is missing.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parent.parent / "src" / "chappe"
LOCALE = SOURCE / "web" / "locale"
# Python texts are marked where they are written and translated where they are shown.
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
_METHODS = [("**/pages.py", "python"), ("**/*_pages.py", "python"), ("web/templates/**.html", "jinja2")]
_OPTIONS = {"web/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}


def texts() -> Catalog:
    """Every text that a page can show, in English."""
    catalogue = Catalog(project="Chappe", charset="utf-8", fuzzy=False)
    found = extract_from_dir(SOURCE, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for name, line, message, comments, context in found:
        catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def read(language: str) -> Catalog:
    """The catalogue of a language as it is written."""
    with (LOCALE / language / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def languages() -> Iterator[str]:
    return (path.parent.name for path in sorted(LOCALE.glob("*/messages.po")))


def main() -> int:
    template = texts()
    for language in languages():
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Chappe"
        with (LOCALE / language / "messages.po").open("wb") as target:
            write_po(target, catalogue, omit_header=False, no_location=True, sort_output=True, width=100)
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{language}: {len(catalogue)} texts, {missing} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
