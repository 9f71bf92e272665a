"""The languages whose words and rules we have."""

from typing import Final

from chappe.consent.optout.language import load

LANGUAGES: Final = tuple(load(name) for name in ("en", "fr", "es", "de", "it", "pt"))
