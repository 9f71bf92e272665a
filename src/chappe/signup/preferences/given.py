"""What the application hands to the handlers of the page, by the argument's name."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.signup.forms.limits import Limits

GivenTries: TypeAlias = NamedDependency[SkipValidation[Limits]]
