"""Carriers' ids of the messages that wait for a receipt: the last million of a link, in memory."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

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
        self.forgot = False

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __contains__(self, key: str) -> bool:
        return key in self._young or key in self._old

    def put(self, key: str, value: int) -> None:
        if len(self._young) >= self._half:
            self.forgot = self.forgot or bool(self._old)
            self._old, self._young = self._young, {}
        self._young[key] = value

    def put_older(self, key: str, value: int) -> bool:
        """While rebuilding, the latest first: False when there is no room for older ones."""
        if len(self._young) + len(self._old) >= self._half * 2:
            self.forgot = True
            return False
        (self._young if len(self._young) < self._half else self._old)[key] = value
        return True

    def get(self, key: str) -> int | None:
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def pop(self, key: str) -> int | None:
        found = self._young.pop(key, None)
        return self._old.pop(key, None) if found is None else found


class ProviderMap:
    """Provider id → token. A receipt's id is looked up in all its disguises until the link has shown which it
    uses.
    """

    def __init__(self, mode: IdMode = IdMode.AUTO) -> None:
        self.mode = mode
        self.waiting = Generations(MOST_WAITING)
        # Final already: a second copy of a receipt is told from one of an unknown message.
        self.settled = Generations(MOST_SETTLED)
        self._readings: Counter[IdMode] = Counter()

    def sent(self, provider_id: str, token: int) -> None:
        """Committed: receipts may be applied from now on."""
        self.waiting.put(canonical(provider_id, self.mode), token)

    def rebuild(self, entries: Iterable[tuple[str, int]]) -> bool:
        """Entries of the ledger, the latest first. False: full."""
        return all([self.waiting.put_older(canonical(one, self.mode), token) for one, token in entries])

    def keys(self, provider_id: str) -> tuple[str, ...]:
        """Where the message of this receipt may be."""
        return candidates(provider_id, self.mode)

    def settle(self, provider_id: str, *, delivered: bool) -> int | None:
        """The token that waits for this receipt, which is its last."""
        key = canonical(provider_id, self.mode)
        token = self.waiting.pop(key)
        place = 0
        if token is None:
            for place, key in enumerate(self.keys(provider_id)):  # noqa: B007 (used after the loop)
                token = self.waiting.pop(key)
                if token is not None:
                    break
            else:
                return None
        self.settled.put(key, DELIVERED if delivered else token)
        if self.mode is IdMode.AUTO:
            self._learn(provider_id, place)
        return token

    def settled_before(self, provider_id: str) -> int | None:
        """The token whose final receipt came earlier under this id; DELIVERED when nothing can change it."""
        for key in self.keys(provider_id):
            token = self.settled.get(key)
            if token is not None:
                return token
        return None

    def _learn(self, provider_id: str, place: int) -> None:
        """Fifty equal readings of ids that could have been read otherwise settle the link's mode."""
        ways = candidates(provider_id, IdMode.AUTO)
        if len(ways) < 2:
            self._readings[IdMode.SAME] += 1
        else:
            used = ways[place]
            for mode in _READINGS:
                if used in candidates(provider_id, mode):
                    self._readings[mode] += 1
        if self._readings.total() >= _LEARN_FROM:
            best, votes = self._readings.most_common(1)[0]
            alone = all(votes > n for mode, n in self._readings.items() if mode is not best)
            if alone:
                self.mode = best
            elif self._readings.total() > _LEARN_FROM * 20:
                self._readings.clear()
