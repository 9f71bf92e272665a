"""`chappe backup FILE`: everything needed to start again elsewhere, in one file, while the program runs or
not.
"""

from pathlib import Path

from chappe.config.settings import Settings
from chappe.db.archive import BackupManifest, write_archive
from chappe.db.open import open_database


async def write_backup(settings: Settings, file: Path) -> BackupManifest:
    """The manifest of the backup written. `key_included` False: the secret key must be kept apart, say so."""
    async with open_database(settings) as database:
        return await write_archive(database.dsn, settings, file)
