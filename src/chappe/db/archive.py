"""The backup file: a tar of a manifest, the database as pg_dump writes it, and the secret key."""

import asyncio
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec

from chappe.config.secret import encode_key, secret_key
from chappe.config.settings import Settings
from chappe.db import number_keys
from chappe.db.dump import write_dump
from chappe.db.errors import BackupRefused
from chappe.db.instance import SQL
from chappe.db.keys import InstanceKeys
from chappe.db.pool import connect

FORMAT = 1
_MANIFEST, _DUMP_FILE, _KEY = "manifest.json", "database.dump", "secret.key"
# The keys of erased numbers, where they live in the data folder.
_NUMBER_KEYS = number_keys.FILE_NAME


class BackupManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `key_fingerprint` names the secret key that the sealed columns need."""

    format: int
    created_at: datetime
    schema_number: int
    instance_id: UUID
    key_fingerprint: str
    key_included: bool


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """An unpacked backup: files live as long as the `opened` block."""

    manifest: BackupManifest
    dump: Path
    key: str | None
    number_keys: str | None = None


async def write_archive(dsn: str, settings: Settings, file: Path) -> BackupManifest:
    """Back the database up to `file`, which appears whole or not at all, mode 0600.

    The key is included when it lives in the data folder. A key given in the settings is the operator's to
    keep: it is left out, and the manifest says so. BackupRefused when the file exists or pg_dump fails.
    """
    _make_room(file)
    manifest = await _describe(dsn, settings)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        dump = Path(folder) / _DUMP_FILE
        await asyncio.to_thread(write_dump, dsn, dump)
        draft = Path(folder) / "archive"
        key = encode_key(secret_key(settings)) if manifest.key_included else None
        ring = settings.home / _NUMBER_KEYS
        numbers = ring.read_text(encoding="ascii") if ring.exists() else None
        await asyncio.to_thread(_pack, draft, manifest, dump, key, numbers)
        draft.replace(file)
    _flush_folder(file.parent)
    return manifest


@contextmanager
def opened(file: Path, scratch: Path) -> Iterator[Archive]:
    """The parts of a backup, unpacked below `scratch`. BackupRefused when the file is not one of ours."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".restore-", dir=scratch) as folder,
            tarfile.open(file) as tar,
        ):
            manifest = msgspec.json.decode(_member(tar, _MANIFEST), type=BackupManifest)
            if manifest.format != FORMAT:
                raise BackupRefused(
                    f"{file} was made by a newer program. Install that version or a newer one."
                )
            # Read as a stream, never by the tar's own paths, modes and links.
            with _open_member(tar, _DUMP_FILE) as source, open(Path(folder) / _DUMP_FILE, "xb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            key = _member(tar, _KEY).decode() if manifest.key_included else None
            numbers = _member(tar, _NUMBER_KEYS).decode() if _NUMBER_KEYS in tar.getnames() else None
            yield Archive(manifest=manifest, dump=Path(folder) / _DUMP_FILE, key=key, number_keys=numbers)
    except (tarfile.TarError, KeyError, msgspec.DecodeError):
        raise BackupRefused(f"{file} is not a backup of this program, or is damaged.") from None


def _make_room(file: Path) -> None:
    if file.exists():
        raise BackupRefused(f"{file} exists. Name a new file.")
    file.parent.mkdir(parents=True, exist_ok=True)


async def _describe(dsn: str, settings: Settings) -> BackupManifest:
    # Read before the dump begins: what happens from here on may be missing from it, and is played back.
    created_at = datetime.now(UTC)
    connection = await connect(dsn)
    try:
        instance = await connection.fetchrow(SQL.instance)
        number = await connection.fetchval(SQL.schema_number)
    finally:
        await connection.close()
    if instance is None:
        raise BackupRefused("The database has never been used: there is nothing to back up.")
    return BackupManifest(
        format=FORMAT,
        created_at=created_at,
        schema_number=number,
        instance_id=instance["instance_id"],
        key_fingerprint=InstanceKeys.derive(secret_key(settings)).fingerprint.hex(),
        key_included=settings.secret_key is None,
    )


def _pack(draft: Path, manifest: BackupManifest, dump: Path, key: str | None, numbers: str | None) -> None:
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            if key is not None:
                _add(tar, _KEY, key.encode())
            if numbers is not None:
                _add(tar, _NUMBER_KEYS, numbers.encode())
            tar.add(dump, _DUMP_FILE)
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    with _open_member(tar, name) as file:
        return file.read()


def _open_member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
