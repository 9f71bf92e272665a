"""What a carrier has counted since it started or was reset."""

import msgspec


class Counters(msgspec.Struct):
    """Submits are parts. `unanswered` were taken and deliberately not answered; `waiting` receipts and
    replies are not delivered yet; `unacknowledged` are delivered and not answered by the client.
    """

    binds: int = 0
    refused_binds: int = 0
    links: int = 0
    submits: int = 0
    accepted: int = 0
    refused: dict[str, int] = {}
    unanswered: int = 0
    receipts: int = 0
    replies: int = 0
    acknowledged: int = 0
    refused_deliveries: int = 0
    redelivered: int = 0
    waiting: int = 0
    unacknowledged: int = 0
    parts_last_second: int = 0
