"""What the application hands to the handlers of forms, by the argument's name."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.signup.forms.signing import Reception, Signing
from chappe.signup.forms.trap import Trap

GivenSigning: TypeAlias = NamedDependency[SkipValidation[Signing]]
GivenReception: TypeAlias = NamedDependency[SkipValidation[Reception]]
GivenTrap: TypeAlias = NamedDependency[SkipValidation[Trap]]
# The address that people open this installation at, without a path.
GivenBase: TypeAlias = NamedDependency[SkipValidation[str]]
