"""The installation's secret key: from the settings, else made once in the data folder."""

import base64
import os
import secrets
import stat
from pathlib import Path

from chappe.config.settings import BadSettings, Settings

KEY_BYTES = 32
KEY_FILE = "secret.key"


def secret_key(settings: Settings) -> bytes:
    """32 bytes, the same at every start. BadSettings when what is given or found is not such a key."""
    if settings.secret_key is not None:
        return decode_key(settings.secret_key.reveal(), "secret_key")
    path = key_file(settings.home)
    try:
        return _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return _create(path)


def key_file(home: Path) -> Path:
    return home / KEY_FILE


def encode_key(key: bytes) -> str:
    """The form that the setting and the file have."""
    return base64.b64encode(key).decode()


def write_key(path: Path, key: bytes) -> None:
    """Write a new key file, mode 0600, on disk when this returns. FileExistsError when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked: a reader, or a crash, never meets half a key; link refuses an existing name.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(encode_key(key) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _create(path: Path) -> bytes:
    try:
        write_key(path, secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        pass  # another program made it at the same moment: theirs is the key
    except OSError as error:
        raise BadSettings(
            f"The secret key cannot be written to {path}: {error.strerror}. Make the folder writable, or set "
            "CHAPPE_SECRET_KEY.",
            field="secret_key",
        ) from None
    return _read(path)


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise BadSettings(
            f"{path} can be read by others (mode {mode:04o}). Run: chmod 600 {path}", field="secret_key"
        )
    return decode_key(path.read_text(encoding="ascii", errors="replace"), str(path))


def decode_key(text: str, where: str) -> bytes:
    """The key that `encode_key` wrote. BadSettings, naming `where` it stood, when it is not one."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSettings(
            f"{where} must be {KEY_BYTES} random bytes in base64 (44 characters). "
            "Make one with: openssl rand -base64 32",
            field="secret_key",
        )
    return key
