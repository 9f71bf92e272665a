"""`{{ preferences_url }}` in a single message, whose text is else taken as it is."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from chappe.consent.preference_links import PreferenceLinks
from chappe.content.model import PREFERENCES_URL
from chappe.gate.model import Recipient
from chappe.kit.errors import Problem
from chappe.kit.phone import to_e164
from chappe.messages.model import Purpose
from chappe.sending.model import Intent

_PLACE: Final = re.compile(rf"\{{\{{\s*(?:contact\.)?{PREFERENCES_URL}\s*\}}\}}")


class NoPreferencePage(Problem):
    """The text asks for the link of somebody who is no contact."""

    code = "no_preference_page"
    status = 422
    title = "This number has no preference page"


def asks(text: str) -> bool:
    """Whether a link is to stand in the text."""
    return PREFERENCES_URL in text and _PLACE.search(text) is not None


def with_link(
    text: str, recipient: Recipient, links: PreferenceLinks, workspace_id: int, now: datetime, field: str
) -> str:
    """The text with the recipient's own link. Raises NoPreferencePage."""
    if recipient.contact_id is None:
        raise NoPreferencePage(
            f"{to_e164(recipient.phone)} is no contact here, and a preference page is a contact's own. "
            f"Add the contact with POST /v1/contacts, or leave {{{{ {PREFERENCES_URL} }}}} out.",
            field=field,
        )
    address = links.address(workspace_id, recipient.contact_id, now)
    return _PLACE.sub(lambda _: address, text)


def with_links(
    intents: Sequence[Intent],
    recipients: Sequence[Recipient],
    links: PreferenceLinks | None,
    workspace_id: int,
    now: datetime,
) -> Sequence[Intent]:
    """The intents with the links that their texts ask for. Raises NoPreferencePage."""
    places = [at for at, intent in enumerate(intents) if asks(intent.body)]
    if not places:
        return intents
    assert links is not None, "every process that takes texts from outside is handed the links"
    found = list(intents)
    for at in places:
        field = "body" if len(found) == 1 else f"messages[{at}].body"
        if found[at].purpose is Purpose.SERVICE and recipients[at].contact_id is None:
            # An answer to STOP or HELP goes to everybody, whatever stands in it.
            body = _PLACE.sub("", found[at].body)
        else:
            body = with_link(found[at].body, recipients[at], links, workspace_id, now, field)
        found[at] = msgspec.structs.replace(found[at], body=body)
    return found
