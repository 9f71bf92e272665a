"""The ring under which numbers are hashed."""

import hmac
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from chappe.config.secret import encode_key
from chappe.config.settings import BadSettings, Secret, Settings
from chappe.db.errors import NumberKeyMissing
from chappe.db.keys import InstanceKeys
from chappe.db.number_keys import FILE_NAME, NO_KEYS, NumberKey, NumberKeys, add_key

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_digest_is_the_hmac_of_rfc_2104() -> None:
    for message in (b"", b"1:33612345678", b"m" * 200):
        assert NumberKey(KEY).digest(message) == hmac.digest(KEY, message, "sha256")


def test_sealed_opens_under_its_own_key_alone() -> None:
    sealed = NumberKey(KEY).seal(b"theirs")
    assert NumberKey(KEY).unseal(sealed) == b"theirs"
    with pytest.raises(InvalidTag):
        NumberKey(OTHER).unseal(sealed)


def test_the_first_is_current_and_the_rest_are_known() -> None:
    ring = NumberKeys([KEY], last=OTHER)
    assert ring.current.id == NumberKey(KEY).id
    assert ring.key(NumberKey(OTHER).id).digest(b"m") == NumberKey(OTHER).digest(b"m")
    with pytest.raises(NumberKeyMissing, match=r"suppression\.keys"):
        ring.key("ffffffff")
    with pytest.raises(NumberKeyMissing):
        _ = NO_KEYS.current


def test_a_key_made_by_a_command_is_used_at_once(tmp_path: Path) -> None:
    ring = NumberKeys(file=tmp_path / FILE_NAME, last=KEY)
    assert ring.ids == [NumberKey(KEY).id]
    first = add_key(tmp_path)
    second = add_key(tmp_path)
    assert ring.ids == [second, first, NumberKey(KEY).id]
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_the_setting_wins_over_the_file(tmp_path: Path) -> None:
    add_key(tmp_path)
    keys = InstanceKeys.derive(KEY)
    given = Secret(f"{encode_key(OTHER)},{encode_key(KEY)}")
    ring = NumberKeys.of(Settings(home=tmp_path, suppression_keys=given), keys)
    assert ring.ids[:2] == [NumberKey(OTHER).id, NumberKey(KEY).id]
    assert len(ring.ids) == 3
    assert len(NumberKeys.of(Settings(home=tmp_path), keys).ids) == 2
    with pytest.raises(BadSettings):
        NumberKeys.of(Settings(home=tmp_path, suppression_keys=Secret("short")), keys)
