"""A campaign's mark is the same in every process."""

import os
import subprocess
import sys

NAME_A_VARIANT = """
from uuid import UUID
from chappe.campaigns.marks import digest
from chappe.campaigns.variants.model import Difference, resolved
print(digest(resolved("B", Difference(body="b", sender_id=UUID(int=1), send_hour=11), "", None)))
"""


def test_sets_have_another_order_in_each_process_and_the_mark_is_the_same() -> None:
    """Who approved a campaign has approved it after a restart, too."""
    told = [
        subprocess.run(
            [sys.executable, "-c", NAME_A_VARIANT],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(5)
    ]
    assert len(set(told)) == 1
