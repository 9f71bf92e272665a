"""Merkle trees as RFC 9162 section 2.1 has them: a root over many values, and the short proof of one.

Leaves and nodes are hashed with different first octets, so that no node can be shown as a leaf.
"""

from collections.abc import Sequence
from hashlib import sha256

SIZE = 32
_NODE = b"\x01"


def leaf_hash(value: bytes) -> bytes:
    return sha256(b"\x00" + value).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over hashed leaves; that of none is the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """What a leaf is combined with on the way to the root, from the bottom. IndexError when there is no such
    place.
    """
    if not 0 <= place < len(leaves):
        raise IndexError(f"no leaf {place} of {len(leaves)}")
    level, found = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, place = _above(level), place >> 1
    return found


def root_of(leaf: bytes, place: int, size: int, beside: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to from the leaf at `place` of `size`; None when the path has not that
    length.
    """
    if not 0 <= place < size:
        return None
    found, steps = leaf, iter(beside)
    try:
        while size > 1:
            if place & 1:
                found = sha256(_NODE + next(steps) + found).digest()
            elif place + 1 < size:
                found = sha256(_NODE + found + next(steps)).digest()
            place, size = place >> 1, (size + 1) >> 1
    except StopIteration:
        return None
    return None if next(steps, None) is not None else found


def _above(level: list[bytes]) -> list[bytes]:
    """The level over this one. One that is left over goes up as it is, which gives the tree of the RFC."""
    pairs = zip(level[::2], level[1::2], strict=False)
    found = [sha256(_NODE + left + right).digest() for left, right in pairs]
    if len(level) & 1:
        found.append(level[-1])
    return found
