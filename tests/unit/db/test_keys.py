import pytest

from chappe.db.errors import WrongSecretKey
from chappe.db.keys import InstanceKeys

SECRET = bytes(range(32))


def test_keys_follow_from_the_secret_alone(keys: InstanceKeys) -> None:
    first, second = InstanceKeys.derive(SECRET), InstanceKeys.derive(SECRET)
    assert first.fingerprint == second.fingerprint != keys.fingerprint
    assert first.ids.encode("msg", 1) == second.ids.encode("msg", 1) != keys.ids.encode("msg", 1)
    assert first.sub("cookie") == second.sub("cookie") != first.sub("csrf")


def test_what_is_sealed_opens_with_the_same_key_and_context_only(keys: InstanceKeys) -> None:
    sealed = keys.seal(b"p4ss", context="carrier.secret")
    assert b"p4ss" not in sealed
    assert keys.seal(b"p4ss", context="carrier.secret") != sealed
    assert keys.unseal(sealed, context="carrier.secret") == b"p4ss"
    with pytest.raises(WrongSecretKey, match="damaged"):
        keys.unseal(sealed, context="user.totp")
    with pytest.raises(WrongSecretKey, match="another secret key"):
        InstanceKeys.derive(SECRET).unseal(sealed, context="carrier.secret")


@pytest.mark.parametrize("at", [0, 20, -1])
def test_an_altered_value_does_not_open(keys: InstanceKeys, at: int) -> None:
    sealed = bytearray(keys.seal(b"p4ss", context="c"))
    sealed[at] ^= 1
    with pytest.raises(WrongSecretKey, match="damaged"):
        keys.unseal(bytes(sealed), context="c")
    with pytest.raises(WrongSecretKey, match="damaged"):
        keys.unseal(bytes(sealed[:9]), context="c")


def test_keys_do_not_show_themselves(keys: InstanceKeys) -> None:
    assert repr(keys) == "InstanceKeys(…)"
    with pytest.raises(ValueError, match="32 bytes"):
        InstanceKeys.derive(b"short")
