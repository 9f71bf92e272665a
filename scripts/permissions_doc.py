"""Write docs/reference/permissions.md from the table in the program.

python scripts/permissions_doc.py    writes the page; a test asks that it is written as the table is.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from chappe.accounts.model import ALL_SCOPES
from chappe.accounts.permission_words import GROUPS, ROLE_NAMES, ROLE_SENTENCES
from chappe.accounts.permissions import ROLES, SENDING

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "permissions.md"
_HEAD = """\
# Roles, permissions and scopes

A person has one role in each workspace they belong to. A role is a set of permissions; the pages, the API
and this page read the same table (`src/chappe/accounts/permissions.py`). Sending can be withheld from any
role: such a person writes and prepares, and somebody else sends. An API key has scopes: the permissions
that make sense for a program. Nobody gives a live key what they may not do themselves.

A change of role counts from the person's next request; who is removed is out at once, and the keys they
made go on working until somebody revokes them. A workspace always keeps one owner.
"""
_TAIL = """
## Live and test keys

A live key (`chp_live_…`) works on the workspace's own data. A test key (`chp_test_…`) works on test data,
which are kept apart like those of another workspace: contacts, lists, campaigns and messages of one are
never seen by the other. The first test key makes them, with the senders of the live workspace (under ids of
their own: `GET /v1/senders`) and its simulated carriers.

What a test key sends is checked by the same rules and answered alike, with `"test": true`. It goes to the
[carrier lab](carrier-lab.md) when the workspace has it as a simulated carrier. With none, the message ends
as `skipped` for the reason `simulated`. A carrier that is not simulated is refused among test data by the
database itself, whoever writes the row, and a link takes messages of its own workspace alone.

On the pages, *API keys → Look at the test data* shows them, with everything the pages do.

A revoked key opens nothing within five seconds, in every process.
"""


def written() -> str:
    """The page."""
    return "\n".join([_HEAD, *_roles(), *_table(), _TAIL])


def _roles() -> Iterator[str]:
    yield "| role | is for |"
    yield "|---|---|"
    for role, name in ROLE_NAMES.items():
        yield f"| {name} (`{role}`) | {ROLE_SENTENCES[role]} |"
    yield ""


def _table() -> Iterator[str]:
    yield f"| permission | what it allows | scope of keys | {' | '.join(ROLE_NAMES.values())} |"
    yield "|---|---|---|" + "---|" * len(ROLES)
    for _, lines in GROUPS:
        for permission, words in lines:
            scope = "yes" if permission.value in ALL_SCOPES else ""
            may = ["✓" if permission in allowed else "" for allowed in ROLES.values()]
            withheld = " (can be withheld)" if permission in SENDING else ""
            yield f"| `{permission}` | {words}{withheld} | {scope} | {' | '.join(may)} |"


def main() -> int:
    PAGE.write_text(written(), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
