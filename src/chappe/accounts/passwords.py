"""Passwords: argon2id (RFC 9106), computed in a thread so that the event loop goes on."""

import asyncio
import secrets
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chappe.accounts import strength

# RFC 9106 section 4, second choice: 64 MiB, three passes, four lanes. OWASP's Password Storage Cheat Sheet
# asks for 19 MiB, two passes and one lane at the least.
RECOMMENDED = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
# Each hash takes 64 MiB: more than this at once is an attack on memory, and waits.
_at_once = 4
# Letters and digits that are not mistaken for each other on paper.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


def generate_password() -> str:
    """Twenty letters and digits in groups of five, 99 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


class Passwords:
    """Hashes and verifies, a few at a time."""

    def __init__(self, hasher: PasswordHasher = RECOMMENDED) -> None:
        self._hasher = hasher
        self._room = asyncio.Semaphore(_at_once)
        self._decoy: str | None = None

    async def hash(self, password: str, about: Sequence[str] = ()) -> str:
        """WeakPassword when it is short or easily guessed; `about` are the person's own words, their name and
        e-mail, which are guessed first.
        """
        await asyncio.to_thread(strength.check, password, about)
        return await self._in_thread(password)

    async def rehash(self, password: str) -> str:
        """Of a password that is in use already: it is not judged again."""
        return await self._in_thread(password)

    async def verify(self, known: str | None, password: str) -> bool:
        """Whether `password` made the hash `known`. As slow for an unknown person (None) as for a known
        one, so that the delay does not tell who has an account.
        """
        if known is None:
            if self._decoy is None:
                self._decoy = await self._in_thread(secrets.token_hex())
            await self._verify(self._decoy, password)
            return False
        return await self._verify(known, password)

    def outdated(self, known: str) -> bool:
        """Whether `known` was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    async def _in_thread(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _verify(self, known: str, password: str) -> bool:
        async with self._room:
            try:
                return await asyncio.to_thread(self._hasher.verify, known, password)
            except (VerificationError, InvalidHashError):
                return False
