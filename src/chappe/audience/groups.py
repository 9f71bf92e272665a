"""Sets of contacts, put together as a rule says: one out of many, so that contacts are looked up in one.

What is not in a set is the rest of the workspace, which nobody wants to list: a group is a set, or all
others.
Every AND, OR and NOT of groups is a group again.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

from chappe.audience.model import (
    All,
    Consent,
    Either,
    Engaged,
    Events,
    Messages,
    Not,
    OnList,
    Placed,
    Recency,
    Rule,
)

SETS = OnList | Consent | Messages | Events | Engaged | Recency


class Group(NamedTuple):
    """Those whose keys the statement finds, some more than once; unless `among`, all others."""

    statement: str
    among: bool = True

    def others(self) -> Self:
        return self._replace(among=not self.among)

    def holds(self, key: str) -> str:
        """The condition on one contact's key."""
        return f"{'' if self.among else 'not '}{_found(self.statement, key)}"


def is_group(rule: Rule) -> bool:
    """Whether nothing in it asks for a column of the contact."""
    match rule:
        case Placed(leaf=leaf):
            return isinstance(leaf, SETS)
        case Not(inner):
            return is_group(inner)
        case All(of) | Either(of):
            return bool(of) and all(is_group(each) for each in of)


def all_of(groups: Sequence[Group]) -> Group:
    inside = [group.statement for group in groups if group.among]
    outside = [group.statement for group in groups if not group.among]
    if not inside:
        return Group(_together(outside), among=False)
    first, *more = inside
    tests = [_found(each, "p.contact_id") for each in more]
    tests += [f"not {_found(each, 'p.contact_id')}" for each in outside]
    if not tests:
        return Group(first)
    # Composed of the room's own statements: what was given stands in their arguments.
    return Group(f"select p.contact_id from ({first}) as p where {' and '.join(tests)}")  # noqa: S608


def any_of(groups: Sequence[Group]) -> Group:
    """By De Morgan where others are among them."""
    if all(group.among for group in groups):
        return Group(_together([group.statement for group in groups]))
    return all_of([group.others() for group in groups]).others()


def _together(statements: Sequence[str]) -> str:
    if len(statements) == 1:
        return statements[0]
    return " union all ".join(f"select contact_id from ({each}) as u" for each in statements)  # noqa: S608


def _found(statement: str, key: str) -> str:
    return f"exists (select from ({statement}) as t where t.contact_id = {key})"
