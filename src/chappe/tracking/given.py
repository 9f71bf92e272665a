"""What the application hands to the handlers of links, by the argument's name."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.kit.outbound import Outbound
from chappe.tracking.browser.receiving import BrowserEvents

GivenOutbound: TypeAlias = NamedDependency[SkipValidation[Outbound]]
GivenBrowserEvents: TypeAlias = NamedDependency[SkipValidation[BrowserEvents]]
