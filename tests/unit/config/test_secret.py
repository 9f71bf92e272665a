from pathlib import Path

import pytest

from chappe.config.secret import decode_key, encode_key, key_file, secret_key, write_key
from chappe.config.settings import BadSettings, Settings, load_settings


def settings_of(home: Path, **environ: str) -> Settings:
    return load_settings(environ, overrides={"home": home})


def test_a_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = secret_key(settings_of(home))
    assert len(key) == 32
    assert secret_key(settings_of(home)) == key
    assert key_file(home).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in home.iterdir()] == ["secret.key"]


def test_a_key_in_the_settings_wins_and_writes_nothing(tmp_path: Path) -> None:
    given = bytes(range(32))
    assert secret_key(settings_of(tmp_path, CHAPPE_SECRET_KEY=encode_key(given))) == given
    assert not key_file(tmp_path).exists()


@pytest.mark.parametrize("text", ["", "short", encode_key(bytes(31)), encode_key(bytes(33)), "é" * 44])
def test_what_is_no_key_is_refused_with_the_command_that_makes_one(text: str) -> None:
    with pytest.raises(BadSettings, match="openssl rand -base64 32"):
        decode_key(text, "secret_key")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret_key(settings_of(tmp_path))
    key_file(tmp_path).chmod(0o640)
    with pytest.raises(BadSettings, match="chmod 600"):
        secret_key(settings_of(tmp_path))


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    write_key(key_file(tmp_path), bytes(32))
    with pytest.raises(FileExistsError):
        write_key(key_file(tmp_path), bytes(range(32)))
    assert secret_key(settings_of(tmp_path)) == bytes(32)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(BadSettings, match="cannot be written"):
        secret_key(settings_of(blocked / "home"))
