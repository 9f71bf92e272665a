"""Carriers' ids of the messages that wait for a receipt: the last million of a link, in memory.

Most carriers name a message in the receipt by the very characters of the answer: then a look-up is one
dictionary access. When an id does not come back as it was given, the map is keyed anew by its canonical
form, and receipts are looked up in every disguise until the link has shown which one it uses.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Final

from chappe.engine.tokens import message_of
from chappe.sms.provider_ids import IdMode, candidates, canonical

MOST_WAITING: Final = 1_000_000
MOST_SETTLED: Final = 100_000
# In place of the token of a message that was delivered: no receipt says more.
DELIVERED: Final = -1
_LEARN_FROM: Final = 50
_READINGS: Final = (IdMode.SAME, IdMode.RESPONSE_HEX_RECEIPT_DEC, IdMode.RESPONSE_DEC_RECEIPT_HEX)


class Generations:
    """A map that forgets its oldest half when full: two dictionaries, no bookkeeping per entry."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}
        # The largest value that was forgotten; 0: none was.
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __contains__(self, key: str) -> bool:
        return key in self._young or key in self._old

    def put(self, key: str, value: int) -> None:
        if len(self._young) >= self._half:
            self.forgotten = max(self.forgotten, max(self._old.values(), default=0))
            self._old, self._young = self._young, {}
        self._young[key] = value

    def put_all(self, keys: Sequence[str], values: Iterable[int]) -> None:
        pairs = zip(keys, values, strict=True)
        if len(self._young) + len(keys) <= self._half:
            self._young.update(pairs)
        else:
            for key, value in pairs:
                self.put(key, value)

    def put_older(self, key: str, value: int) -> bool:
        """While rebuilding, the latest first: False when there is no room for older ones."""
        if len(self) >= self._half * 2:
            self.forgotten = max(self.forgotten, value)
            return False
        (self._young if len(self._young) < self._half else self._old)[key] = value
        return True

    def get(self, key: str) -> int | None:
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def pop(self, key: str) -> int | None:
        found = self._young.pop(key, None)
        return self._old.pop(key, None) if found is None else found

    def pop_all(self, keys: Sequence[str]) -> list[int | None]:
        young = self._young.pop
        return [young(key, None) or self.pop(key) for key in keys]

    def items(self) -> Iterator[tuple[str, int]]:
        """Oldest first, about."""
        yield from self._old.items()
        yield from self._young.items()


class ProviderMap:
    """Provider id → token. `plain`: ids are compared as they are written."""

    def __init__(self, mode: IdMode = IdMode.AUTO, most: int = MOST_WAITING) -> None:
        self.mode = mode
        self.plain = mode in (IdMode.AUTO, IdMode.TEXT)
        self.waiting = Generations(most)
        # Final already: a second copy of a receipt is told from one of an unknown message.
        self.settled = Generations(MOST_SETTLED)
        # Failed, which a late success still changes: apart, so that the many that were delivered do not push
        # them out.
        self.failed = Generations(MOST_SETTLED)
        self._most = most
        self._unread = 0
        self._readings: Counter[IdMode] = Counter()

    @property
    def forgotten(self) -> int | None:
        """A receipt that memory does not know may be of a message up to this id. None: memory holds every
        message that a receipt can change.
        """
        token = max(self.waiting.forgotten, self.failed.forgotten)
        return max(message_of(token), self._unread) or None

    def sent(self, provider_id: str, token: int) -> None:
        """Committed: receipts may be applied from now on."""
        self.waiting.put(provider_id if self.plain else canonical(provider_id, self.mode), token)

    def sent_all(self, provider_ids: Sequence[str], tokens: Iterable[int]) -> None:
        keys = provider_ids if self.plain else [canonical(one, self.mode) for one in provider_ids]
        self.waiting.put_all(keys, tokens)

    def rebuild(self, entries: Iterable[tuple[str, int]], *, failed: bool = False) -> bool:
        """Entries of the ledger, the latest first. False: full."""
        into = self.failed if failed else self.waiting
        for provider_id, token in entries:
            key = provider_id if self.plain else canonical(provider_id, self.mode)
            if not into.put_older(key, token):
                return False
        return True

    def stop_rebuilding(self, read_from: int) -> None:
        """Messages below this id were not read."""
        self._unread = read_from - 1

    def keys(self, provider_id: str) -> tuple[str, ...]:
        """Where the message of this receipt may be."""
        return (provider_id,) if self.plain else candidates(provider_id, self.mode)

    def known(self, key: str) -> bool:
        """Whether it is of a message that waits for receipts, or had them."""
        return key in self.waiting or key in self.settled or key in self.failed

    def settle(self, provider_id: str, *, delivered: bool) -> int | None:
        """The token that waits for this receipt, which is its last."""
        if self.plain:
            token = self.waiting.pop(provider_id)
            if token is not None:
                self._settled(provider_id, token, delivered)
            return token
        for place, key in enumerate(candidates(provider_id, self.mode)):
            token = self.waiting.pop(key)
            if token is not None:
                self._settled(key, token, delivered)
                if self.mode is IdMode.AUTO:
                    self._learn(provider_id, place)
                return token
        return None

    def delivered_all(self, provider_ids: Sequence[str]) -> list[int | None]:
        """`settle` of each, delivered, on a link whose ids are plain."""
        tokens = self.waiting.pop_all(provider_ids)
        if None in tokens:
            provider_ids = [one for one, token in zip(provider_ids, tokens, strict=True) if token is not None]
        self.settled.put_all(provider_ids, repeat(DELIVERED, len(provider_ids)))
        return tokens

    def settled_before(self, provider_id: str) -> int | None:
        """The token whose final receipt came earlier under this id; DELIVERED when nothing can change it."""
        for key in self.keys(provider_id):
            for settled in (self.settled, self.failed):
                token = settled.get(key)
                if token is not None:
                    return token
        return None

    def _settled(self, key: str, token: int, delivered: bool) -> None:
        if delivered:
            self.settled.put(key, DELIVERED)
        else:
            self.failed.put(key, token)

    def see_through(self, provider_ids: Iterable[str]) -> bool:
        """Whether one of these, which are not known as they are written, is in disguise. Then the map is
        keyed by canonical forms from now on.
        """
        if not self.plain or self.mode is IdMode.TEXT:
            return False
        wanted = {key for one in provider_ids for key in candidates(one)}
        # One by one: a second map of a million would double the memory for nothing.
        if wanted.isdisjoint(canonical(key) for key, _ in self.waiting.items()):
            return False
        self.waiting, self.plain = _in_canonical_form(self.waiting, self._most), False
        self.settled = _in_canonical_form(self.settled, MOST_SETTLED)
        self.failed = _in_canonical_form(self.failed, MOST_SETTLED)
        return True

    def _learn(self, provider_id: str, place: int) -> None:
        """Equal readings of fifty ids that could have been read otherwise settle the link's mode."""
        used = candidates(provider_id)[place]
        for mode in _READINGS:
            if used in candidates(provider_id, mode):
                self._readings[mode] += 1
        most = self._readings.most_common(2)
        alone = len(most) == 1 or most[0][1] > most[1][1]
        if most[0][1] >= _LEARN_FROM and alone:
            self.mode = most[0][0]


def _in_canonical_form(plain: Generations, most: int) -> Generations:
    found = Generations(most)
    for key, token in plain.items():
        found.put(canonical(key), token)
    found.forgotten = max(found.forgotten, plain.forgotten)
    return found
