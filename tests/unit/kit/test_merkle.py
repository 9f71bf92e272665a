"""Merkle trees, held to the definition of RFC 9162 section 2.1 written out as it stands there."""

from hashlib import sha256

import pytest

from chappe.kit import merkle

SIZES = range(1, 70)


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def defined(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) of the RFC, by its recursion: k is the largest power of two smaller than n."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def test_the_root_is_that_of_the_definition() -> None:
    assert all(merkle.root(leaves_of(count)) == defined(leaves_of(count)) for count in SIZES)
    assert merkle.root([]) == sha256(b"").digest()


def test_every_path_leads_to_the_root_and_no_other_does() -> None:
    for count in SIZES:
        leaves = leaves_of(count)
        root = merkle.root(leaves)
        for place, leaf in enumerate(leaves):
            path = merkle.path(leaves, place)
            assert merkle.root_of(leaf, place, count, path) == root
            assert merkle.root_of(leaf, place ^ 1, count, path) != root or count == 1
            assert merkle.root_of(leaves[place - 1], place, count, path) != root or count == 1
            assert merkle.root_of(leaf, place, count, [*path, bytes(32)]) is None
            assert not path or merkle.root_of(leaf, place, count, path[:-1]) is None
            for step in range(len(path)):
                other = [*path[:step], bytes(32), *path[step + 1 :]]
                assert merkle.root_of(leaf, place, count, other) != root


def test_a_place_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.path(leaves_of(3), 3)
    assert merkle.root_of(bytes(32), 3, 3, []) is None
    assert merkle.root_of(bytes(32), -1, 3, []) is None
