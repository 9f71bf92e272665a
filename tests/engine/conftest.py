"""Carriers in the lab, campaigns straight in the ledger, and the sender role beside the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ground import Ground, lab_in, new_ground

from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.lab.lab import Lab


@pytest.fixture
async def ground(database: Database, keys: InstanceKeys, tmp_path: Path) -> Ground:
    return await new_ground(database, keys, tmp_path / "home")


@pytest.fixture
def lab_of() -> Callable[[str, Path], Lab]:
    return lab_in
