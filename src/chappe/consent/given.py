"""What the application hands to handlers that make or read preference links, by the
arguments' names."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.consent.preference_links import PreferenceLinks

GivenLinks: TypeAlias = NamedDependency[SkipValidation[PreferenceLinks]]
