"""What the application hands to handlers that make or read preference links, as the argument `links`."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.signup.preferences.links import Links

GivenLinks: TypeAlias = NamedDependency[SkipValidation[Links]]
