"""REST: what a carrier's own words mean, and what it told of numbers."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.carriers import service
from chappe.carriers.errors import UnknownCarrier
from chappe.carriers.model import CARRIER_ID
from chappe.consent.told import listing
from chappe.consent.told.model import Meaning
from chappe.kit.ids import parse_public_id

_TAGS = ["Carriers"]


class CarrierWord(Input, frozen=True, kw_only=True):
    """A status at submit (`0x0000040b`) or a receipt's error (`err:021`), and what it says of a number."""

    word: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    meaning: Meaning


class CarrierWords(Input, frozen=True, kw_only=True):
    """Every word that this carrier has of its own."""

    data: Annotated[list[CarrierWord], msgspec.Meta(max_length=200)]


@get(
    "/carriers/{carrier_id:str}/words",
    guards=[needs(Scope.CARRIERS_READ)],
    summary="What a carrier's own words mean",
    tags=_TAGS,
)
async def read_words(carrier_id: FromPath[str], caller: Asking, conn: Conn) -> CarrierWords:
    found = await service.carrier(conn, caller.workspace_id, _id(carrier_id))
    return await _words(conn, found.number)


@put(
    "/carriers/{carrier_id:str}/words",
    guards=[needs(Scope.CARRIERS_WRITE)],
    summary="Say what a carrier's own words mean",
    tags=_TAGS,
)
async def set_words(
    carrier_id: FromPath[str], data: JSONBody[CarrierWords], caller: Asking, conn: Conn
) -> CarrierWords:
    """All of them: a word that is left out means what it means everywhere. `opted_out` and `deactivated` stop
    marketing at once, `bad_number` when it is repeated; `nothing` ignores a word of the standard.
    """
    found = await service.carrier(conn, caller.workspace_id, _id(carrier_id))
    kept = {
        await listing.set_word(conn, caller.workspace_id, found.number, one.word, one.meaning)
        for one in data.data
    }
    for word in await listing.words(conn, found.number):
        if word not in kept:
            await listing.drop_word(conn, caller.workspace_id, found.number, word)
    return await _words(conn, found.number)


async def _words(conn: Conn, carrier_number: int) -> CarrierWords:
    words = await listing.words(conn, carrier_number)
    return CarrierWords(data=[CarrierWord(word=word, meaning=meaning) for word, meaning in words.items()])


def _id(text: str) -> UUID:
    """Raises UnknownCarrier."""
    found = parse_public_id(CARRIER_ID, text)
    if found is None:
        raise UnknownCarrier("A carrier's id looks like car_… (32 hex digits).")
    return found


routes: list[ControllerRouterHandler] = [read_words, set_words]
