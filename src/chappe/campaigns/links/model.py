"""How a campaign's addresses become short links."""

from typing import Any
from uuid import UUID

import msgspec


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`shorten` None: where the workspace has a link domain of its own, or people open this installation by
    https. `domain_id` None: the domain that the workspace has chosen. `utm`: parameters added to addresses,
    by their names without `utm_`; `{campaign}` in a value is the campaign's name.
    """

    shorten: bool | None = None
    domain_id: UUID | None = None
    utm: dict[str, str] = {}  # msgspec copies defaults

    @classmethod
    def read(cls, row: Any) -> "LinkSettings":
        return cls(shorten=row["shorten"], domain_id=row["domain_id"], utm=row["utm"])
