"""The Jinja environments: one for each language, built once in a process, as is each template."""

from functools import cache
from pathlib import Path

import jinja2

from chappe.web.assets import Assets
from chappe.web.formats import Formats
from chappe.web.language import LANGUAGES, catalogue
from chappe.web.signals import signal_of

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environments(assets: Assets | None, folder: Path = TEMPLATES) -> dict[str, jinja2.Environment]:
    """By language. An unknown name in a template is an error, and everything is escaped."""
    loader = jinja2.FileSystemLoader(folder)
    return {language: _environment(language, loader, assets) for language in LANGUAGES}


def _environment(language: str, loader: jinja2.BaseLoader, assets: Assets | None) -> jinja2.Environment:
    env = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = catalogue(language)
    env.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    env.policies["ext.i18n.trimmed"] = True
    env.filters.update(Formats(language).filters())
    env.globals.update(
        assets=assets, language=language, languages=LANGUAGES, signal_of=signal_of, texts=texts
    )
    return env
