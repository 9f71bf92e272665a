"""What a lab says of itself when it can be used."""

import msgspec


class Address(msgspec.Struct, frozen=True):
    host: str
    port: int


class Ready(msgspec.Struct, frozen=True):
    """What the process says, as one line of JSON, when it can be used."""

    control: str
    log: str | None
    carriers: dict[str, Address]
    ready: bool = True
