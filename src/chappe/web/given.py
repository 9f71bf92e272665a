"""What an application hands to those who answer a request, carried by the request's ASGI scope.

Addresses, their guards and their middleware are the same in every application of a process; the database, the
clock and the rest are each application's own. So the routes know names alone, are built once, and find the
objects in the scope.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar.types import Scope

# In the scope's state.
_GIVEN: Final = "given"


def hand(scope: Scope, objects: Mapping[str, Any]) -> None:
    """Let whoever answers this request find `objects` by their names."""
    scope.setdefault("state", {})[_GIVEN] = objects


def given(scope: Scope) -> Mapping[str, Any]:
    """All objects of the application that was asked."""
    objects: Mapping[str, Any] = scope["state"][_GIVEN]
    return objects


def named(name: str) -> Callable[[Scope], Any]:
    """A dependency: the object of this name."""

    def of(scope: Scope) -> Any:
        return scope["state"][_GIVEN][name]

    return of
