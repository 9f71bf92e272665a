from chappe.kit.crypto import new_token, sha256, tokens_equal


def test_digests_of_text_and_bytes_agree() -> None:
    # FIPS 180-2, appendix B.1
    assert sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc") == sha256("abc")


def test_tokens_are_long_and_differ() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_tokens_are_compared_whole() -> None:
    assert tokens_equal("clé", "clé".encode())
    assert not tokens_equal("clé", "cl")
